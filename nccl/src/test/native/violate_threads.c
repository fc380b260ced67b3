/* Ranks on threads of their own, as in a JVM with several members; how long things take; and what devices there are. */
#include "violate.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { RANKS = 4, ROUNDS = 30, OPERATIONS = 50, COUNT = 5000, TURNS = 2000 };

struct member_thread {
    pthread_t thread;
    int number;
    struct nccl_unique_id *ids;
    pthread_barrier_t *barrier;
};

static void issue(struct rank *r) {
    CHECK(succeeded(r, ncclAllReduce(r->from, r->to, COUNT, NCCL_FLOAT32, NCCL_SUM, r->comm, r->stream)));
}

/* Every third world is left in the middle: rank 0 stays away from the last operation, and all abort. */
static void live(struct rank *r, bool abandoned) {
    for (int i = 0; i < OPERATIONS; i++) {
        issue(r);
        await(r);
    }
    if (abandoned && r->rank != 0) {
        issue(r);
        mark(r);
        CHECK(!reached_within(r, 2));
    }
}

static void *run_member(void *argument) {
    struct member_thread *member = argument;
    for (int round = 0; round < ROUNDS; round++) {
        struct rank rank;
        bool abandoned = round % 3 == 2;
        prepare_rank(&rank, member->number, member->number);
        CHECK(start_rank(&rank, RANKS, &member->ids[round]) == NCCL_IN_PROGRESS);
        CHECK(settle(rank.comm) == NCCL_SUCCESS);
        live(&rank, abandoned);
        if (abandoned) {
            CHECK(ncclCommAbort(rank.comm) == 0);
        } else {
            CHECK(succeeded(&rank, ncclCommFinalize(rank.comm)));
            CHECK(ncclCommDestroy(rank.comm) == 0);
        }
        free_rank(&rank);
        pthread_barrier_wait(member->barrier);
    }
    return NULL;
}

void run_threads(void) {
    struct nccl_unique_id ids[ROUNDS];
    struct member_thread members[RANKS];
    pthread_barrier_t barrier;
    CHECK(pthread_barrier_init(&barrier, NULL, RANKS) == 0);
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(ncclGetUniqueId(&ids[i]) == 0);
    }
    for (int i = 0; i < RANKS; i++) {
        members[i].number = i;
        members[i].ids = ids;
        members[i].barrier = &barrier;
        CHECK(pthread_create(&members[i].thread, NULL, run_member, &members[i]) == 0);
    }
    for (int i = 0; i < RANKS; i++) {
        CHECK(pthread_join(members[i].thread, NULL) == 0);
    }
    pthread_barrier_destroy(&barrier);
}

static double now_micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double transfer_micros(struct world *world, size_t bytes, int turns) {
    struct rank *to = &world->member[0];
    struct rank *from = &world->member[1];
    double start = 0;
    for (int i = -10; i < turns; i++) {
        start = i == 0 ? now_micros() : start;
        CHECK(cudaSetDevice(from->device) == 0);
        CHECK(succeeded(from, ncclSend(from->from, bytes, NCCL_INT8, to->rank, from->comm, from->stream)));
        CHECK(cudaSetDevice(to->device) == 0);
        CHECK(succeeded(to, ncclRecv(to->to, bytes, NCCL_INT8, from->rank, to->comm, to->stream)));
        CHECK(cudaEventRecord(to->event, to->stream) == 0);
        CHECK(cudaEventSynchronize(to->event) == 0);
    }
    return (now_micros() - start) / turns;
}

void measure(void) {
    double start = now_micros();
    struct world world = form_world(2);
    printf("forming 2 ranks: %.0f us\n", now_micros() - start);
    printf("8 bytes: %.1f us\n", transfer_micros(&world, 8, TURNS));
    printf("8 MiB: %.0f us\n", transfer_micros(&world, BUFFER_BYTES, 50));
    leave_world(&world, false);
}

void list_devices(void) {
    int count = 0;
    CHECK(cuInit(0) == 0 && cuDeviceGetCount(&count) == 0);
    for (int i = 0; i < count; i++) {
        unsigned char uuid[16];
        char bus[32];
        CHECK(cuDeviceGetUuid_v2(uuid, i) == 0 && cudaDeviceGetPCIBusId(bus, sizeof bus, i) == 0);
        printf("%d %s GPU-", i, bus);
        for (int k = 0; k < 16; k++) {
            printf("%s%02x", k == 4 || k == 6 || k == 8 || k == 10 ? "-" : "", uuid[k]);
        }
        printf("\n");
    }
}
