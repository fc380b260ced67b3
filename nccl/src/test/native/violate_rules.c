/* One way at least to break each rule. */
#include "violate.h"

#include <string.h>
#include <unistd.h>

static struct rank *joining(struct world *world, struct nccl_config *config, int ranks) {
    struct nccl_unique_id id;
    prepare_rank(&world->member[0], 0, 0);
    CHECK(ncclGetUniqueId(&id) == 0);
    ncclCommInitRankConfig(&world->member[0].comm, ranks, id, 0, config);
    return &world->member[0];
}

static void config_magic(struct world *world) {
    struct nccl_config config = new_config();
    config.magic = 0;
    joining(world, &config, 2);
}

static void config_size(struct world *world) {
    struct nccl_config config = new_config();
    config.size = 0;
    joining(world, &config, 2);
}

static void config_undefined(struct world *world) {
    struct nccl_config config = new_config();
    config.min_ctas = 0;
    joining(world, &config, 2);
}

static void config_pointer(struct world *world) {
    struct nccl_config config = new_config();
    config.comm_name = (const char *)(uintptr_t)INT_MAX;
    joining(world, &config, 2);
}

static void blocking(struct world *world) {
    struct nccl_config config = new_config();
    config.blocking = 1;
    joining(world, &config, 2);
}

static void without_config(struct world *world) {
    joining(world, NULL, 2);
}

static void in_progress(struct world *world) {
    int count;
    struct nccl_config config = new_config();
    ncclCommCount(joining(world, &config, 2)->comm, &count);
}

static void twice(struct world *world) {
    struct nccl_unique_id id;
    CHECK(ncclGetUniqueId(&id) == 0);
    prepare_rank(&world->member[0], 0, 0);
    start_rank(&world->member[0], 2, &id);
    start_rank(&world->member[0], 2, &id);
}

static void after_formed(struct world *world) {
    struct nccl_unique_id id;
    CHECK(ncclGetUniqueId(&id) == 0);
    prepare_rank(&world->member[0], 0, 0);
    start_rank(&world->member[0], 1, &id);
    CHECK(settle(world->member[0].comm) == 0);
    start_rank(&world->member[0], 2, &id);
}

static void newer_function(struct world *world) {
    *world = form_world(2);
    orrery_emulated_set("NCCL_VERSION", "22700");
    ncclCommRevoke(world->member[0].comm, 0);
}

static int receive(struct rank *r, int from) {
    CHECK(cudaSetDevice(r->device) == 0);
    return ncclRecv(r->to, 100, NCCL_INT8, from, r->comm, r->stream);
}

static void default_stream(struct world *world) {
    *world = form_world(2);
    world->member[0].stream = NULL;
    receive(&world->member[0], 1);
}

static void shared_stream(struct world *world) {
    *world = form_world(2);
    struct world other = form_world(2);
    CHECK(succeeded(&world->member[0], receive(&world->member[0], 1)));
    other.member[0].stream = world->member[0].stream;
    receive(&other.member[0], 1);
}

static void other_device(struct world *world) {
    *world = form_world(2);
    CHECK(cudaSetDevice(1) == 0);
    ncclRecv(world->member[0].to, 1, NCCL_INT8, 1, world->member[0].comm, world->member[0].stream);
}

static void stream_of_other_device(struct world *world) {
    *world = form_world(2);
    world->member[0].stream = world->member[1].stream;
    receive(&world->member[0], 1);
}

/* A world whose first rank waits for one that has left. */
static struct rank *broken(struct world *world) {
    *world = form_world(2);
    CHECK(succeeded(&world->member[0], receive(&world->member[0], 1)));
    mark(&world->member[0]);
    CHECK(ncclCommAbort(world->member[1].comm) == 0);
    sleep_millis(100);
    return &world->member[0];
}

static void free_broken(struct world *world) {
    void *other;
    CHECK(cudaSetDevice(0) == 0);
    CHECK(cudaMalloc(&other, 100) == 0);
    broken(world);
    cudaFree(other);
}

static void destroy_broken(struct world *world) {
    ncclCommDestroy(broken(world)->comm);
}

static void destroy_broken_stream(struct world *world) {
    cudaStreamDestroy(broken(world)->stream);
}

static void destroy_broken_event(struct world *world) {
    cudaEventDestroy(broken(world)->event);
}

static void destroy_failed(struct world *world) {
    *world = form_world(2);
    orrery_emulated_set("ASYNC_ERROR@0", "6:1");
    CHECK(succeeded(&world->member[0], receive(&world->member[0], 1)));
    CHECK(cudaSetDevice(1) == 0);
    CHECK(succeeded(&world->member[1], ncclSend(world->member[1].from, 100, NCCL_INT8, 0, world->member[1].comm,
                                                world->member[1].stream)));
    await(&world->member[0]);
    ncclCommDestroy(world->member[0].comm);
}

static void use_aborted(struct world *world) {
    int state;
    *world = form_world(2);
    CHECK(ncclCommAbort(world->member[0].comm) == 0);
    ncclCommGetAsyncError(world->member[0].comm, &state);
}

static void use_destroyed_stream(struct world *world) {
    prepare_rank(&world->member[0], 0, 0);
    CHECK(cudaStreamDestroy(world->member[0].stream) == 0);
    cudaStreamQuery(world->member[0].stream);
}

static void use_destroyed_event(struct world *world) {
    prepare_rank(&world->member[0], 0, 0);
    CHECK(cudaEventDestroy(world->member[0].event) == 0);
    cudaEventQuery(world->member[0].event);
}

static void use_freed_memory(struct world *world) {
    *world = form_world(2);
    CHECK(cudaFree(world->member[0].to) == 0);
    receive(&world->member[0], 1);
}

static void free_twice(struct world *world) {
    prepare_rank(&world->member[0], 0, 0);
    CHECK(cudaFree(world->member[0].to) == 0);
    cudaFree(world->member[0].to);
}

static void free_used(struct world *world) {
    *world = form_world(2);
    CHECK(succeeded(&world->member[0], receive(&world->member[0], 1)));
    cudaFree(world->member[0].to);
}

static void host_memory(struct world *world) {
    static char buffer[100];
    *world = form_world(2);
    world->member[0].to = buffer;
    receive(&world->member[0], 1);
}

static void beyond(struct world *world) {
    *world = form_world(2);
    world->member[0].to += BUFFER_BYTES - 99;
    receive(&world->member[0], 1);
}

static void memory_of_other_device(struct world *world) {
    *world = form_world(2);
    world->member[0].to = world->member[1].to;
    receive(&world->member[0], 1);
}

static void all_reduce(struct rank *r, size_t count, int type) {
    CHECK(cudaSetDevice(r->device) == 0);
    CHECK(succeeded(r, ncclAllReduce(r->from, r->to, count, type, NCCL_SUM, r->comm, r->stream)));
}

static void other_count(struct world *world) {
    *world = form_world(2);
    all_reduce(&world->member[0], 10, NCCL_INT32);
    all_reduce(&world->member[1], 11, NCCL_INT32);
    sleep_millis(2000);
}

static void other_type(struct world *world) {
    *world = form_world(2);
    all_reduce(&world->member[0], 10, NCCL_INT32);
    all_reduce(&world->member[1], 10, NCCL_FLOAT32);
    sleep_millis(2000);
}

static void other_kind(struct world *world) {
    *world = form_world(2);
    all_reduce(&world->member[1], 10, NCCL_INT32);
    receive(&world->member[0], 1);
    sleep_millis(2000);
}

static void other_bytes(struct world *world) {
    *world = form_world(2);
    struct rank *r = &world->member[1];
    receive(&world->member[0], 1);
    CHECK(cudaSetDevice(1) == 0);
    ncclSend(r->from, 99, NCCL_INT8, 0, r->comm, r->stream);
    sleep_millis(2000);
}

static void unbalanced(struct world *world) {
    (void)world;
    ncclGroupEnd();
}

static const struct {
    const char *name;
    void (*run)(struct world *);
} violations[] = {
    {"config-magic", config_magic},
    {"config-magic:size", config_size},
    {"config-undefined", config_undefined},
    {"config-undefined:pointer", config_pointer},
    {"non-blocking", blocking},
    {"non-blocking:no-config", without_config},
    {"in-progress", in_progress},
    {"unique-id-once", twice},
    {"unique-id-once:formed", after_formed},
    {"newer-function", newer_function},
    {"own-stream", default_stream},
    {"own-stream:shared", shared_stream},
    {"right-device", other_device},
    {"right-device:stream", stream_of_other_device},
    {"abort-before-free", free_broken},
    {"abort-before-free:communicator", destroy_broken},
    {"abort-before-free:stream", destroy_broken_stream},
    {"abort-before-free:event", destroy_broken_event},
    {"abort-before-free:asynchronous-error", destroy_failed},
    {"use-after-free", use_aborted},
    {"use-after-free:stream", use_destroyed_stream},
    {"use-after-free:event", use_destroyed_event},
    {"use-after-free:memory", use_freed_memory},
    {"use-after-free:twice", free_twice},
    {"memory-in-use", free_used},
    {"device-memory", host_memory},
    {"device-memory:beyond", beyond},
    {"device-memory:other-device", memory_of_other_device},
    {"operations-match", other_count},
    {"operations-match:type", other_type},
    {"operations-match:kind", other_kind},
    {"operations-match:bytes", other_bytes},
    {"group-balance", unbalanced},
};

bool break_rule(const char *name) {
    for (size_t i = 0; i < sizeof violations / sizeof violations[0]; i++) {
        if (strcmp(violations[i].name, name) == 0) {
            struct world world;
            memset(&world, 0, sizeof world);
            violations[i].run(&world);
            return true;
        }
    }
    return false;
}

void list_rules(bool variants) {
    for (size_t i = 0; i < sizeof violations / sizeof violations[0]; i++) {
        if (variants || strchr(violations[i].name, ':') == NULL) {
            puts(violations[i].name);
        }
    }
}
