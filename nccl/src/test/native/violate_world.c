#include "violate.h"

#include <string.h>
#include <time.h>

enum { LONG_MILLIS = 20000 };

void sleep_millis(long millis) {
    struct timespec time = {millis / 1000, millis % 1000 * 1000000};
    nanosleep(&time, NULL);
}

struct nccl_config new_config(void) {
    struct nccl_config config;
    memset(&config, 0, sizeof config);
    config.size = sizeof config;
    config.magic = NCCL_MAGIC;
    config.version = NCCL_VERSION;
    int *fields[] = {&config.cga_cluster_size, &config.min_ctas,     &config.max_ctas,       &config.split_share,
                     &config.traffic_class,    &config.collnet_enable, &config.cta_policy,   &config.shrink_share,
                     &config.nvls_ctas,        &config.channels_per_net_peer, &config.nvlink_centric_sched,
                     &config.graph_usage_mode, &config.rma_contexts, &config.max_p2p_peers,
                     &config.graph_stream_ordering};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        *fields[i] = NCCL_UNDEFINED;
    }
    return config;
}

void prepare_rank(struct rank *rank, int number, int device) {
    rank->rank = number;
    rank->device = device;
    CHECK(cudaSetDevice(device) == 0);
    CHECK(cudaStreamCreateWithFlags(&rank->stream, 1) == 0);
    CHECK(cudaEventCreateWithFlags(&rank->event, 2) == 0);
    CHECK(cudaMalloc((void **)&rank->from, BUFFER_BYTES) == 0);
    CHECK(cudaMalloc((void **)&rank->to, BUFFER_BYTES) == 0);
}

int start_rank(struct rank *rank, int ranks, const struct nccl_unique_id *id) {
    struct nccl_config config = new_config();
    CHECK(cudaSetDevice(rank->device) == 0);
    return ncclCommInitRankConfig(&rank->comm, ranks, *id, rank->rank, &config);
}

int settle_within(void *comm, long millis) {
    int state = NCCL_IN_PROGRESS;
    for (long i = 0; i < 10 * millis && state == NCCL_IN_PROGRESS; i++) {
        CHECK(ncclCommGetAsyncError(comm, &state) == 0);
        if (state == NCCL_IN_PROGRESS) {
            nanosleep(&(struct timespec){0, 100000}, NULL);
        }
    }
    return state;
}

int settle(void *comm) {
    return settle_within(comm, LONG_MILLIS);
}

bool succeeded(const struct rank *rank, int result) {
    return result == NCCL_SUCCESS || (result == NCCL_IN_PROGRESS && settle(rank->comm) == NCCL_SUCCESS);
}

struct world form_world(int ranks) {
    struct nccl_unique_id id;
    struct world world;
    memset(&world, 0, sizeof world);
    world.ranks = ranks;
    world.members = ranks;
    CHECK(ncclGetUniqueId(&id) == 0);
    for (int i = 0; i < ranks; i++) {
        prepare_rank(&world.member[i], i, i);
        CHECK(start_rank(&world.member[i], ranks, &id) == NCCL_IN_PROGRESS);
    }
    for (int i = 0; i < ranks; i++) {
        CHECK(settle(world.member[i].comm) == NCCL_SUCCESS);
    }
    return world;
}

void free_rank(struct rank *rank) {
    CHECK(cudaFree(rank->from) == 0);
    CHECK(cudaFree(rank->to) == 0);
    CHECK(cudaEventDestroy(rank->event) == 0);
    CHECK(cudaStreamDestroy(rank->stream) == 0);
}

void leave_world(struct world *world, bool abort) {
    for (int i = 0; i < world->members && !abort; i++) {
        CHECK(succeeded(&world->member[i], ncclCommFinalize(world->member[i].comm)));
    }
    for (int i = 0; i < world->members; i++) {
        CHECK((abort ? ncclCommAbort : ncclCommDestroy)(world->member[i].comm) == 0);
        free_rank(&world->member[i]);
    }
}

void mark(struct rank *rank) {
    CHECK(cudaSetDevice(rank->device) == 0);
    CHECK(cudaEventRecord(rank->event, rank->stream) == 0);
}

void await(struct rank *rank) {
    mark(rank);
    CHECK(reached_within(rank, LONG_MILLIS));
}

bool reached_within(struct rank *rank, long millis) {
    for (long i = 0; i < 10 * millis; i++) {
        if (cudaEventQuery(rank->event) == 0) {
            return true;
        }
        nanosleep(&(struct timespec){0, 100000}, NULL);
    }
    return false;
}
