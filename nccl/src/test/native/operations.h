/* Operations, from the call to the exchange. */
#ifndef ORRERY_OPERATIONS_H
#define ORRERY_OPERATIONS_H

#include "communicator.h"

enum operation_kind {
    SEND = 1,
    RECEIVE,
    BROADCAST,
    REDUCE,
    ALL_REDUCE,
    ALL_GATHER,
    REDUCE_SCATTER,
    ALL_TO_ALL,
    GATHER,
    SCATTER
};

struct operation {
    struct operation *next;
    const char *call;
    void *handle; /* of the communicator, which may end before its group does */
    struct communicator *comm;
    void *stream;
    enum operation_kind kind;
    const char *from;
    char *to;
    size_t count;
    size_t size; /* of an element */
    int type;
    int op;
    int root; /* or peer */
    struct allocation *pins[2];
};

/* Before the payload: what the sender believes is going on. */
struct message {
    uint32_t magic;
    uint32_t kind;
    uint64_t count; /* bytes, of point-to-point */
    int32_t type;
    int32_t op;
    int32_t root;
    int32_t rank;
};

struct transfer {
    struct transfer *next;
    const struct message *expected; /* what to send, or what should come; NULL: no message goes ahead */
    struct message got;
    size_t message_moved;
    char *data;
    size_t bytes;
    size_t moved;
};

/* For each peer what goes out and what comes in, in order. */
struct exchange {
    struct transfer *out[MAX_RANKS];
    struct transfer *in[MAX_RANKS];
};

size_t emulated_type_size(int type);
/* Folds the ranks' inputs, in their order; `to` may be one of them. */
void emulated_reduce(char *to, const char *const *inputs, int ranks, size_t count, int type, int op);

/* Moves everything; false when the communicator was ended before. */
bool emulated_exchange(struct communicator *comm, struct exchange *exchange);
bool emulated_run_collective(struct communicator *comm, const struct operation *operation);
bool emulated_run_point_to_point(struct communicator *comm, struct operation *operations);

/* Takes over the operation: it runs when the thread's group ends, or at once when there is none. */
int emulated_issue(const struct operation *operation);
/* Makes the thread's group fail: nothing of it runs. */
int emulated_fail_group(int code);
void emulated_unpin_operation(struct operation *operation);

#endif
