/* A small program's worlds: ranks of one process, driven by one thread, as nothing blocks. */
#ifndef ORRERY_VIOLATE_H
#define ORRERY_VIOLATE_H

#include "cuda_api.h"
#include "nccl_api.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_MEMBERS = 8 };

struct rank {
    int rank;
    int device;
    void *comm;
    void *stream;
    void *event;
    char *from;
    char *to;
};

/* The ranks of a world that are in this process. */
struct world {
    int ranks;
    int members;
    struct rank member[MOST_MEMBERS];
};

#define CHECK(condition)                                                                                              \
    do {                                                                                                              \
        if (!(condition)) {                                                                                           \
            fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, ncclGetLastError(NULL));      \
            exit(1);                                                                                                  \
        }                                                                                                             \
    } while (0)

#define BUFFER_BYTES ((size_t)8 << 20)

struct nccl_config new_config(void);
void prepare_rank(struct rank *rank, int number, int device);
int start_rank(struct rank *rank, int ranks, const struct nccl_unique_id *id);
/* The state of a communicator once it is not in progress any more. */
int settle(void *comm);
int settle_within(void *comm, long millis);
bool succeeded(const struct rank *rank, int result);
struct world form_world(int ranks);
void free_rank(struct rank *rank);
void leave_world(struct world *world, bool abort);
/* Records the event of a rank after what it issued; waits for it. */
void mark(struct rank *rank);
void await(struct rank *rank);
bool reached_within(struct rank *rank, long millis);
void sleep_millis(long millis);

void run_correctly(void);
void run_without_leak(void);
void run_faults(void);
void run_threads(void);
void measure(void);
void list_devices(void);
/* Breaks a rule (`rule` or `rule:variant`); returns only when nobody noticed. */
bool break_rule(const char *name);
void list_rules(bool variants);

#endif
