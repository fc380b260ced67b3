/*
 * Collectives and groups of sends and receives, as exchanges. Naive on purpose: everybody exchanges with everybody, and
 * every rank hears of every other what it believes is going on, so that a mismatch is always noticed.
 */
#include "operations.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAGIC = 0x4E43434C, CHUNK_BYTES = 256 * 1024 };

/* What one step moves to and from each peer. */
struct step {
    const struct message *message; /* NULL: it went with an earlier step */
    const char *out[MAX_RANKS];
    size_t out_bytes[MAX_RANKS];
    char *in[MAX_RANKS];
    size_t in_bytes[MAX_RANKS];
};

static bool run_step(struct communicator *comm, const struct step *step) {
    struct transfer out[MAX_RANKS];
    struct transfer in[MAX_RANKS];
    struct exchange exchange;
    memset(&exchange, 0, sizeof exchange);
    for (int i = 0; i < comm->ranks; i++) {
        if (i == comm->rank) {
            continue;
        }
        memset(&out[i], 0, sizeof out[i]);
        memset(&in[i], 0, sizeof in[i]);
        out[i].expected = step->message;
        out[i].data = (char *)(uintptr_t)step->out[i];
        out[i].bytes = step->out_bytes[i];
        in[i].expected = step->message;
        in[i].data = step->in[i];
        in[i].bytes = step->in_bytes[i];
        exchange.out[i] = &out[i];
        exchange.in[i] = &in[i];
    }
    return emulated_exchange(comm, &exchange);
}

static void copy(char *to, const char *from, size_t bytes) {
    if (to != from && bytes != 0) {
        memmove(to, from, bytes);
    }
}

/* The root's side of what has one: `apart` when each peer has a piece of its own. */
static void to_all(struct communicator *comm, struct step *step, const char *from, size_t bytes, bool apart) {
    for (int i = 0; i < comm->ranks; i++) {
        step->out[i] = from + (apart ? (size_t)i * bytes : 0);
        step->out_bytes[i] = bytes;
    }
}

static void from_all(struct communicator *comm, struct step *step, char *to, size_t bytes) {
    for (int i = 0; i < comm->ranks; i++) {
        step->in[i] = to + (size_t)i * bytes;
        step->in_bytes[i] = bytes;
    }
}

static bool move(struct communicator *comm, const struct operation *operation, const struct message *message) {
    size_t bytes = operation->count * operation->size;
    const char *from = operation->from;
    char *to = operation->to;
    size_t own = (size_t)comm->rank * bytes;
    int root = operation->root;
    bool is_root = comm->rank == root;
    struct step step;
    memset(&step, 0, sizeof step);
    step.message = message;
    if (operation->kind == ALL_GATHER || operation->kind == ALL_TO_ALL) {
        bool apart = operation->kind == ALL_TO_ALL;
        to_all(comm, &step, from, bytes, apart);
        from_all(comm, &step, to, bytes);
        copy(to + own, from + (apart ? own : 0), bytes);
    } else if (operation->kind == GATHER && is_root) {
        from_all(comm, &step, to, bytes);
        copy(to + own, from, bytes);
    } else if (operation->kind == GATHER) {
        step.out[root] = from;
        step.out_bytes[root] = bytes;
    } else if (is_root) {
        bool apart = operation->kind == SCATTER;
        to_all(comm, &step, from, bytes, apart);
        copy(to, from + (apart ? own : 0), bytes);
    } else {
        step.in[root] = to;
        step.in_bytes[root] = bytes;
    }
    return run_step(comm, &step);
}

/* Where the part of `from` that a rank receives begins, in elements. */
static size_t piece(const struct operation *operation, int rank) {
    return operation->kind == REDUCE_SCATTER ? (size_t)rank * operation->count : 0;
}

static bool receives(const struct operation *operation, int rank) {
    return operation->kind != REDUCE || rank == operation->root;
}

/* One chunk, of `count` elements from `offset` on; `others` has room for a chunk of each rank. */
static bool reduce_chunk(struct communicator *comm, const struct operation *operation, const struct message *message,
                         size_t offset, size_t count, char *others) {
    size_t bytes = count * operation->size;
    const char *inputs[MAX_RANKS];
    struct step step;
    memset(&step, 0, sizeof step);
    step.message = message;
    for (int i = 0; i < comm->ranks; i++) {
        const char *mine = operation->from + (piece(operation, i) + offset) * operation->size;
        if (receives(operation, i)) {
            step.out[i] = mine;
            step.out_bytes[i] = bytes;
        }
        if (receives(operation, comm->rank)) {
            step.in[i] = others + (size_t)i * CHUNK_BYTES;
            step.in_bytes[i] = bytes;
        }
        inputs[i] = i == comm->rank ? mine : step.in[i];
    }
    if (!run_step(comm, &step)) {
        return false;
    }
    if (receives(operation, comm->rank)) {
        emulated_reduce(operation->to + offset * operation->size, inputs, comm->ranks, count, operation->type,
                        operation->op);
    }
    return true;
}

static bool reduce(struct communicator *comm, const struct operation *operation, const struct message *message) {
    size_t most = CHUNK_BYTES / operation->size;
    size_t offset = 0;
    char *others = malloc((size_t)comm->ranks * CHUNK_BYTES);
    if (others == NULL) {
        abort();
    }
    bool going;
    do {
        size_t count = operation->count - offset < most ? operation->count - offset : most;
        going = reduce_chunk(comm, operation, offset == 0 ? message : NULL, offset, count, others);
        offset += count;
    } while (going && offset < operation->count);
    free(others);
    return going;
}

bool emulated_run_collective(struct communicator *comm, const struct operation *operation) {
    struct message message = {MESSAGE_MAGIC, operation->kind, operation->count, operation->type, operation->op,
                              operation->root, comm->rank};
    bool reduces = operation->kind == REDUCE || operation->kind == ALL_REDUCE || operation->kind == REDUCE_SCATTER;
    return reduces ? reduce(comm, operation, &message) : move(comm, operation, &message);
}

/* Sends and receives to oneself are matched in the order of the group, in which either may come first. */
static void run_to_self(const struct communicator *comm, struct operation *operations) {
    struct operation *send = operations;
    struct operation *receive = operations;
    while (true) {
        while (send != NULL && (send->kind != SEND || send->root != comm->rank)) {
            send = send->next;
        }
        while (receive != NULL && (receive->kind != RECEIVE || receive->root != comm->rank)) {
            receive = receive->next;
        }
        if (send == NULL || receive == NULL) {
            return;
        }
        if (send->count * send->size != receive->count * receive->size) {
            emulated_violated("operations-match", "rank %d sends itself %zu bytes and receives %zu", comm->rank,
                              send->count * send->size, receive->count * receive->size);
        }
        copy(receive->to, send->from, send->count * send->size);
        send = send->next;
        receive = receive->next;
    }
}

static void append(struct transfer **queue, struct transfer *transfer) {
    while (*queue != NULL) {
        queue = &(*queue)->next;
    }
    *queue = transfer;
}

bool emulated_run_point_to_point(struct communicator *comm, struct operation *operations) {
    struct exchange exchange;
    size_t count = 0;
    memset(&exchange, 0, sizeof exchange);
    for (struct operation *o = operations; o != NULL; o = o->next) {
        count++;
    }
    struct transfer *transfers = emulated_allocate(count * sizeof *transfers);
    struct message *messages = emulated_allocate(count * sizeof *messages);
    size_t i = 0;
    for (struct operation *o = operations; o != NULL; o = o->next) {
        if ((o->kind == SEND || o->kind == RECEIVE) && o->root != comm->rank) {
            size_t bytes = o->count * o->size;
            messages[i] = (struct message){MESSAGE_MAGIC, SEND, bytes, 0, 0, 0, comm->rank};
            transfers[i].expected = &messages[i];
            transfers[i].data = o->kind == SEND ? (char *)(uintptr_t)o->from : o->to;
            transfers[i].bytes = bytes;
            append(o->kind == SEND ? &exchange.out[o->root] : &exchange.in[o->root], &transfers[i]);
            i++;
        }
    }
    run_to_self(comm, operations);
    bool done = emulated_exchange(comm, &exchange);
    free(transfers);
    free(messages);
    return done;
}
