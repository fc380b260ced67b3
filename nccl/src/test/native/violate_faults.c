/* What the switches do, and how ends behave: who blocks whom. */
#define _GNU_SOURCE
#include "violate.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { SOON_MILLIS = 5000, NEVER_MILLIS = 200, ILLEGAL_ADDRESS = 700, OUT_OF_MEMORY = 2 };

static int receive(struct rank *r, int from) {
    CHECK(cudaSetDevice(r->device) == 0);
    return ncclRecv(r->to, 100, NCCL_INT8, from, r->comm, r->stream);
}

static int send(struct rank *r, int to) {
    CHECK(cudaSetDevice(r->device) == 0);
    return ncclSend(r->from, 100, NCCL_INT8, to, r->comm, r->stream);
}

static void *run_abort(void *comm) {
    CHECK(ncclCommAbort(comm) == 0);
    return NULL;
}

static bool ends_within(pthread_t thread, long millis) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += millis / 1000;
    until.tv_nsec += millis % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

static void free_ranks(struct world *world) {
    for (int i = 0; i < world->members; i++) {
        free_rank(&world->member[i]);
    }
}

/* Two worlds hang on device 0: aborting one waits for the other, until that is aborted or revoked. */
static void abort_waits_for_device(bool revoke) {
    struct world one = form_world(2);
    struct world two = form_world(2);
    pthread_t first;
    pthread_t second;
    CHECK(succeeded(&one.member[0], receive(&one.member[0], 1)));
    CHECK(succeeded(&two.member[0], receive(&two.member[0], 1)));
    CHECK(pthread_create(&first, NULL, run_abort, one.member[0].comm) == 0);
    CHECK(!ends_within(first, NEVER_MILLIS));
    if (revoke) {
        CHECK(ncclCommRevoke(two.member[0].comm, 0) == NCCL_IN_PROGRESS);
        CHECK(settle(two.member[0].comm) == NCCL_SUCCESS);
        CHECK(receive(&two.member[0], 1) == NCCL_INVALID_USAGE);
    }
    CHECK(pthread_create(&second, NULL, run_abort, two.member[0].comm) == 0);
    CHECK(ends_within(first, SOON_MILLIS));
    CHECK(ends_within(second, SOON_MILLIS));
    CHECK(ncclCommAbort(one.member[1].comm) == 0);
    CHECK(ncclCommAbort(two.member[1].comm) == 0);
    free_ranks(&one);
    free_ranks(&two);
}

/* A peer that is gone: reported from another host only, and only while an operation needs it. */
static void dead_peer(bool other_host) {
    orrery_emulated_set("HOST_ID@1", other_host ? "elsewhere" : NULL);
    struct world world = form_world(3);
    CHECK(ncclCommAbort(world.member[1].comm) == 0);
    CHECK(settle_within(world.member[0].comm, NEVER_MILLIS) == NCCL_SUCCESS);
    CHECK(succeeded(&world.member[0], receive(&world.member[0], 1)) || other_host);
    mark(&world.member[0]);
    CHECK(!reached_within(&world.member[0], NEVER_MILLIS));
    CHECK(settle(world.member[0].comm) == (other_host ? NCCL_REMOTE_ERROR : NCCL_SUCCESS));
    CHECK(ncclCommAbort(world.member[0].comm) == 0);
    CHECK(reached_within(&world.member[0], SOON_MILLIS));
    CHECK(ncclCommAbort(world.member[2].comm) == 0);
    free_ranks(&world);
    orrery_emulated_set("HOST_ID@1", NULL);
}

static void silent_peer(void) {
    struct world world = form_world(2);
    orrery_emulated_set("SILENT_PEER@1", "1");
    for (int i = 0; i < 2; i++) {
        CHECK(succeeded(&world.member[0], receive(&world.member[0], 1)));
        CHECK(succeeded(&world.member[1], send(&world.member[1], 0)));
        mark(&world.member[0]);
        CHECK(reached_within(&world.member[0], i == 0 ? SOON_MILLIS : NEVER_MILLIS) == (i == 0));
    }
    CHECK(settle(world.member[0].comm) == NCCL_SUCCESS);
    orrery_emulated_set("SILENT_PEER@1", NULL);
    leave_world(&world, true);
}

static void failing_calls(void) {
    struct world world = form_world(2);
    struct nccl_unique_id id;
    void *memory;
    orrery_emulated_set("UNIQUE_ID_ERROR", "2");
    CHECK(ncclGetUniqueId(&id) == NCCL_SYSTEM_ERROR);
    orrery_emulated_set("UNIQUE_ID_ERROR", NULL);
    orrery_emulated_set("OPERATION_ERROR@0", "3:2");
    CHECK(succeeded(&world.member[0], receive(&world.member[0], 1)));
    CHECK(receive(&world.member[0], 1) == NCCL_INTERNAL_ERROR);
    CHECK(succeeded(&world.member[0], receive(&world.member[0], 1)));
    orrery_emulated_set("OPERATION_ERROR@0", NULL);
    orrery_emulated_set("COPY_ERROR@1", "1:1");
    CHECK(cudaSetDevice(1) == 0);
    CHECK(cudaMemcpyAsync(world.member[1].to, world.member[1].from, 1, 3, world.member[1].stream) == 1);
    CHECK(cudaMemcpyAsync(world.member[1].to, world.member[1].from, 1, 3, world.member[1].stream) == 0);
    orrery_emulated_set("COPY_ERROR@1", NULL);
    orrery_emulated_set("OUT_OF_MEMORY_AFTER@1", "20000000");
    CHECK(cudaMalloc(&memory, 10000000) == OUT_OF_MEMORY);
    CHECK(cudaMalloc(&memory, 1000000) == 0 && cudaFree(memory) == 0);
    orrery_emulated_set("OUT_OF_MEMORY_AFTER@1", NULL);
    CHECK(cudaMalloc(&memory, (size_t)2 << 30) == OUT_OF_MEMORY);
    leave_world(&world, true);
}

static void sticky_error(void) {
    struct rank rank;
    prepare_rank(&rank, 0, 0);
    orrery_emulated_set("STREAM_ERROR", "700:2");
    CHECK(cudaEventQuery(rank.event) == 0);
    CHECK(cudaEventQuery(rank.event) == ILLEGAL_ADDRESS);
    CHECK(cudaMemsetAsync(rank.to, 0, 1, rank.stream) == ILLEGAL_ADDRESS);
    CHECK(cudaGetLastError() == ILLEGAL_ADDRESS && cudaGetLastError() == ILLEGAL_ADDRESS);
    orrery_emulated_set("STREAM_ERROR", NULL);
    cudaGetLastError();
    free_rank(&rank);
}

static void failing_init(const char *fault, const char *value, int state) {
    struct nccl_unique_id id;
    struct rank rank;
    CHECK(ncclGetUniqueId(&id) == 0);
    prepare_rank(&rank, 0, 0);
    orrery_emulated_set(fault, value);
    CHECK(start_rank(&rank, 1, &id) == NCCL_IN_PROGRESS);
    CHECK(settle_within(rank.comm, NEVER_MILLIS) == state);
    orrery_emulated_set(fault, NULL);
    CHECK(ncclCommAbort(rank.comm) == 0);
    free_rank(&rank);
}

/* A rank that never comes, and two on one device. */
static void never_formed(void) {
    struct nccl_unique_id id;
    struct rank ranks[2];
    CHECK(ncclGetUniqueId(&id) == 0);
    prepare_rank(&ranks[0], 0, 0);
    CHECK(start_rank(&ranks[0], 2, &id) == NCCL_IN_PROGRESS);
    CHECK(settle_within(ranks[0].comm, NEVER_MILLIS) == NCCL_IN_PROGRESS);
    prepare_rank(&ranks[1], 1, 0);
    CHECK(start_rank(&ranks[1], 2, &id) == NCCL_IN_PROGRESS);
    for (int i = 0; i < 2; i++) {
        CHECK(settle(ranks[i].comm) == NCCL_INVALID_USAGE);
        CHECK(strstr(ncclGetLastError(ranks[i].comm), "Duplicate GPU detected : rank ") != NULL);
    }
    for (int i = 0; i < 2; i++) {
        CHECK(ncclCommAbort(ranks[i].comm) == 0);
        free_rank(&ranks[i]);
    }
}

static void slow_and_hanging(void) {
    pthread_t thread;
    struct world world = form_world(2);
    orrery_emulated_set("SLOW_MILLIS", "300");
    CHECK(succeeded(&world.member[0], receive(&world.member[0], 1)));
    CHECK(succeeded(&world.member[1], send(&world.member[1], 0)));
    mark(&world.member[0]);
    CHECK(!reached_within(&world.member[0], NEVER_MILLIS / 2));
    CHECK(reached_within(&world.member[0], SOON_MILLIS));
    orrery_emulated_set("SLOW_MILLIS", NULL);
    orrery_emulated_set("IN_PROGRESS_MILLIS", "400");
    CHECK(receive(&world.member[0], 1) == NCCL_IN_PROGRESS);
    CHECK(send(&world.member[1], 0) == NCCL_IN_PROGRESS);
    CHECK(settle_within(world.member[0].comm, NEVER_MILLIS / 2) == NCCL_IN_PROGRESS);
    CHECK(settle(world.member[0].comm) == NCCL_SUCCESS && settle(world.member[1].comm) == NCCL_SUCCESS);
    await(&world.member[0]);
    orrery_emulated_set("IN_PROGRESS_MILLIS", NULL);
    orrery_emulated_set("HANGING_ABORT@0", "1");
    CHECK(pthread_create(&thread, NULL, run_abort, world.member[0].comm) == 0);
    CHECK(!ends_within(thread, NEVER_MILLIS));
    orrery_emulated_set("HANGING_ABORT@0", NULL);
    CHECK(ends_within(thread, SOON_MILLIS));
    CHECK(ncclCommAbort(world.member[1].comm) == 0);
    free_ranks(&world);
}

static void write_faults(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    sleep_millis(50);
}

/* Needs ORRERY_EMULATED_FAULTS. */
static void control_file(const char *name) {
    struct nccl_unique_id id;
    write_faults(name, "# a comment\nUNIQUE_ID_ERROR=2\n");
    CHECK(ncclGetUniqueId(&id) == NCCL_SYSTEM_ERROR);
    write_faults(name, "UNIQUE_ID_ERROR@7=2\n");
    CHECK(ncclGetUniqueId(&id) == NCCL_SUCCESS);
    write_faults(name, "UNIQUE_ID_ERROR@0=3\n");
    CHECK(cudaSetDevice(0) == 0);
    CHECK(ncclGetUniqueId(&id) == NCCL_INTERNAL_ERROR);
    write_faults(name, "");
    CHECK(ncclGetUniqueId(&id) == NCCL_SUCCESS);
}

static void no_device(void) {
    int count;
    orrery_emulated_set("DRIVER_TOO_OLD", "1");
    CHECK(cudaGetDeviceCount(&count) == 35);
    orrery_emulated_set("DRIVER_TOO_OLD", NULL);
    orrery_emulated_set("GPUS", "0");
    CHECK(cudaGetDeviceCount(&count) == 100 && cuInit(0) == 100);
    orrery_emulated_set("GPUS", NULL);
    CHECK(cudaGetDeviceCount(&count) == 0 && cuInit(0) == 0 && count > 0);
    cudaGetLastError();
}

void run_faults(void) {
    const char *file = getenv("ORRERY_EMULATED_FAULTS");
    if (file != NULL) {
        control_file(file);
    }
    no_device();
    abort_waits_for_device(false);
    abort_waits_for_device(true);
    dead_peer(false);
    dead_peer(true);
    silent_peer();
    failing_calls();
    sticky_error();
    failing_init("INIT_ERROR", "6", NCCL_REMOTE_ERROR);
    failing_init("INIT_HANGS", "1", NCCL_IN_PROGRESS);
    never_formed();
    slow_and_hanging();
}
