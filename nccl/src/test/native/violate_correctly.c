/* Worlds that keep every rule: all operations with their results, and no leak. */
#include "violate.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHORT_COUNT = 1000, LONG_COUNT = 700001, WORLDS = 500, WARM_UP = 50 };

static const size_t sizes[NCCL_TYPES] = {1, 1, 4, 4, 8, 8, 2, 4, 8, 2};

static bool is_floating(int type) {
    return type >= NCCL_FLOAT16;
}

static void put(char *buffer, int type, size_t at, double value) {
    char *to = buffer + at * sizes[type];
    int64_t whole = (int64_t)value;
    _Float16 half = (_Float16)value;
    float single = (float)value;
    const void *from = type == NCCL_FLOAT16    ? (const void *)&half
                     : type == NCCL_BFLOAT16   ? (const void *)((const char *)&single + 2)
                     : type == NCCL_FLOAT32    ? (const void *)&single
                     : type == NCCL_FLOAT64    ? (const void *)&value
                                               : (const void *)&whole; /* little-endian */
    memcpy(to, from, sizes[type]);
}

static double get(const char *buffer, int type, size_t at) {
    const char *from = buffer + at * sizes[type];
    int64_t whole = 0;
    _Float16 half;
    float single = 0;
    double value;
    memcpy(&half, from, sizeof half);
    switch (type) {
        case NCCL_FLOAT16:
            return (double)half;
        case NCCL_BFLOAT16:
            memcpy((char *)&single + 2, from, 2);
            return single;
        case NCCL_FLOAT32:
            memcpy(&single, from, sizeof single);
            return single;
        case NCCL_FLOAT64:
            memcpy(&value, from, sizeof value);
            return value;
        default:
            memcpy(&whole, from, sizes[type]);
            return (double)whole;
    }
}

static double element(int rank, size_t at) {
    return (double)((at + (size_t)rank) % 3 + 1);
}

static double folded(int ranks, size_t at, int op) {
    double value = element(0, at);
    for (int i = 1; i < ranks; i++) {
        double other = element(i, at);
        value = op == NCCL_PROD ? value * other : op == NCCL_MAX ? fmax(value, other)
              : op == NCCL_MIN ? fmin(value, other) : value + other;
    }
    return op == NCCL_AVG ? value / ranks : value;
}

/* Through the device, as a caller must: from the host by a copy, and back by another. */
static void fill(struct rank *rank, int type, size_t count) {
    char *host;
    CHECK(cudaSetDevice(rank->device) == 0);
    CHECK(cudaMallocHost((void **)&host, BUFFER_BYTES) == 0);
    for (size_t i = 0; i < count; i++) {
        put(host, type, i, element(rank->rank, i));
    }
    CHECK(cudaMemcpyAsync(rank->from, host, count * sizes[type], 1, rank->stream) == 0);
    CHECK(cudaMemsetAsync(rank->to, 0, BUFFER_BYTES, rank->stream) == 0);
    CHECK(cudaStreamSynchronize(rank->stream) == 0);
    CHECK(cudaFreeHost(host) == 0);
}

static char *results(struct rank *rank) {
    char *host = malloc(BUFFER_BYTES);
    CHECK(host != NULL);
    CHECK(cudaMemcpyAsync(host, rank->to, BUFFER_BYTES, 2, rank->stream) == 0);
    return host;
}

enum collective { ALL_REDUCE, REDUCE, REDUCE_SCATTER, BROADCAST, ALL_GATHER, ALL_TO_ALL, GATHER, SCATTER, COLLECTIVES };

enum { ROOT = 1 };

static int issue(enum collective what, struct rank *r, size_t count, int type, int op) {
    CHECK(cudaSetDevice(r->device) == 0);
    switch (what) {
        case ALL_REDUCE:
            return ncclAllReduce(r->from, r->to, count, type, op, r->comm, r->stream);
        case REDUCE:
            return ncclReduce(r->from, r->rank == ROOT ? r->to : NULL, count, type, op, ROOT, r->comm, r->stream);
        case REDUCE_SCATTER:
            return ncclReduceScatter(r->from, r->to, count, type, op, r->comm, r->stream);
        case BROADCAST:
            return ncclBroadcast(r->from, r->to, count, type, ROOT, r->comm, r->stream);
        case ALL_GATHER:
            return ncclAllGather(r->from, r->to, count, type, r->comm, r->stream);
        case ALL_TO_ALL:
            return ncclAlltoAll(r->from, r->to, count, type, r->comm, r->stream);
        case GATHER:
            return ncclGather(r->from, r->to, count, type, ROOT, r->comm, r->stream);
        default:
            return ncclScatter(r->from, r->to, count, type, ROOT, r->comm, r->stream);
    }
}

/* What rank r should find at a place, or a negative number where nothing came. */
static double expected(enum collective what, const struct rank *r, int ranks, size_t count, size_t at, int op) {
    size_t whole = at % count;
    int part = (int)(at / count);
    bool apart = what == ALL_GATHER || what == ALL_TO_ALL || (what == GATHER && r->rank == ROOT);
    if ((what == REDUCE || what == GATHER) && r->rank != ROOT) {
        return -1;
    }
    if (part >= (apart ? ranks : 1)) {
        return -1;
    }
    switch (what) {
        case ALL_REDUCE:
        case REDUCE:
            return folded(ranks, at, op);
        case REDUCE_SCATTER:
            return folded(ranks, (size_t)r->rank * count + at, op);
        case BROADCAST:
            return element(ROOT, at);
        case ALL_TO_ALL:
            return element(part, (size_t)r->rank * count + whole);
        case SCATTER:
            return element(ROOT, (size_t)r->rank * count + at);
        default:
            return element(part, whole);
    }
}

static void check_results(enum collective what, struct rank *r, int ranks, size_t count, int type, int op) {
    char *host = results(r);
    for (size_t at = 0; at < count * (size_t)ranks; at++) {
        double wanted = expected(what, r, ranks, count, at, op);
        double found = get(host, type, at);
        wanted = wanted < 0 ? 0 : is_floating(type) ? wanted : floor(wanted);
        if (fabs(found - wanted) > (is_floating(type) ? 0.01 : 0)) {
            fprintf(stderr, "collective %d, rank %d, type %d, op %d, at %zu: %g, not %g\n", (int)what, r->rank, type,
                    op, at, found, wanted);
            exit(1);
        }
    }
    free(host);
}

static void run_collective(struct world *world, enum collective what, size_t count, int type, int op) {
    for (int i = 0; i < world->members; i++) {
        fill(&world->member[i], type, count * (size_t)world->ranks);
        int result = issue(what, &world->member[i], count, type, op);
        CHECK(result == NCCL_SUCCESS || result == NCCL_IN_PROGRESS);
    }
    for (int i = 0; i < world->members; i++) {
        CHECK(settle(world->member[i].comm) == NCCL_SUCCESS);
        await(&world->member[i]);
        check_results(what, &world->member[i], world->ranks, count, type, op);
    }
}

/* Every rank to the next one and to itself, in one group. */
static void run_ring(struct world *world, size_t count) {
    size_t bytes = count * sizeof(float);
    for (int i = 0; i < world->members; i++) {
        struct rank *r = &world->member[i];
        int previous = (r->rank + world->ranks - 1) % world->ranks;
        fill(r, NCCL_FLOAT32, 2 * count);
        CHECK(ncclGroupStart() == 0);
        CHECK(ncclRecv(r->to, count, NCCL_FLOAT32, previous, r->comm, r->stream) == 0);
        CHECK(ncclRecv(r->to + bytes, count, NCCL_FLOAT32, r->rank, r->comm, r->stream) == 0);
        CHECK(ncclSend(r->from, count, NCCL_FLOAT32, (r->rank + 1) % world->ranks, r->comm, r->stream) == 0);
        CHECK(ncclSend(r->from + bytes, count, NCCL_FLOAT32, r->rank, r->comm, r->stream) == 0);
        int result = ncclGroupEnd();
        CHECK(result == NCCL_SUCCESS || result == NCCL_IN_PROGRESS);
    }
    for (int i = 0; i < world->members; i++) {
        struct rank *r = &world->member[i];
        CHECK(settle(r->comm) == NCCL_SUCCESS);
        await(r);
        char *host = results(r);
        for (size_t at = 0; at < count; at++) {
            CHECK(get(host, NCCL_FLOAT32, at) == element((r->rank + world->ranks - 1) % world->ranks, at));
            CHECK(get(host, NCCL_FLOAT32, count + at) == element(r->rank, count + at));
        }
        free(host);
    }
}

static void run_everything(struct world *world) {
    for (int type = 0; type < NCCL_TYPES; type++) {
        for (int op = 0; op < NCCL_OPS; op++) {
            for (int what = ALL_REDUCE; what <= REDUCE_SCATTER; what++) {
                run_collective(world, (enum collective)what, SHORT_COUNT, type, op);
            }
        }
    }
    for (int what = BROADCAST; what < COLLECTIVES; what++) {
        run_collective(world, (enum collective)what, SHORT_COUNT, NCCL_INT32, NCCL_SUM);
        run_collective(world, (enum collective)what, LONG_COUNT / (size_t)world->ranks, NCCL_FLOAT32, NCCL_SUM);
    }
    run_collective(world, ALL_REDUCE, LONG_COUNT / (size_t)world->ranks, NCCL_FLOAT64, NCCL_AVG);
    run_collective(world, REDUCE_SCATTER, LONG_COUNT / (size_t)world->ranks, NCCL_BFLOAT16, NCCL_MAX);
    run_ring(world, SHORT_COUNT);
    run_ring(world, LONG_COUNT);
}

static void run_one_of_two(int rank, int pipes[2]) {
    struct nccl_unique_id id;
    struct world world = {.ranks = 2, .members = 1};
    if (rank == 0) {
        CHECK(ncclGetUniqueId(&id) == 0);
        CHECK(write(pipes[1], &id, sizeof id) == sizeof id);
    } else {
        CHECK(read(pipes[0], &id, sizeof id) == sizeof id);
    }
    prepare_rank(&world.member[0], rank, rank);
    CHECK(start_rank(&world.member[0], 2, &id) == NCCL_IN_PROGRESS);
    CHECK(settle(world.member[0].comm) == NCCL_SUCCESS);
    run_everything(&world);
    leave_world(&world, false);
}

void run_correctly(void) {
    int pipes[2];
    int status;
    CHECK(pipe(pipes) == 0);
    pid_t child = fork();
    run_one_of_two(child == 0, pipes);
    if (child == 0) {
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    struct world world = form_world(3);
    run_everything(&world);
    leave_world(&world, false);
}

static long count_entries(const char *directory) {
    long count = 0;
    DIR *entries = opendir(directory);
    CHECK(entries != NULL);
    while (readdir(entries) != NULL) {
        count++;
    }
    closedir(entries);
    return count;
}

static long resident_kilobytes(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void run_without_leak(void) {
    long fds = 0;
    long threads = 0;
    long kilobytes = 0;
    for (int i = 0; i < WORLDS; i++) {
        if (i == WARM_UP) {
            sleep_millis(50);
            fds = count_entries("/proc/self/fd");
            threads = count_entries("/proc/self/task");
            kilobytes = resident_kilobytes();
        }
        struct world world = form_world(2);
        run_collective(&world, ALL_REDUCE, SHORT_COUNT, NCCL_INT32, NCCL_SUM);
        leave_world(&world, i % 3 == 0);
    }
    sleep_millis(50);
    printf("fds %ld -> %ld, threads %ld -> %ld, resident KiB %ld -> %ld\n", fds, count_entries("/proc/self/fd"),
           threads, count_entries("/proc/self/task"), kilobytes, resident_kilobytes());
    CHECK(count_entries("/proc/self/fd") == fds);
    CHECK(count_entries("/proc/self/task") == threads);
    CHECK(resident_kilobytes() < kilobytes + 4096);
}
