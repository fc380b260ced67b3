/* The calls for operations: what is wrong with them is found here, before anything runs. */
#include "operations.h"

#include <stdlib.h>

enum { COLLECTIVE_CALLS_VERSION = 22803 };

struct buffers {
    size_t from_bytes;
    size_t to_bytes;
};

static bool uses_root(enum operation_kind kind) {
    return kind == SEND || kind == RECEIVE || kind == BROADCAST || kind == REDUCE || kind == GATHER || kind == SCATTER;
}

static struct buffers buffers_of(const struct operation *o, const struct communicator *comm) {
    size_t bytes = o->count * o->size;
    size_t all = bytes * (size_t)comm->ranks;
    bool root = comm->rank == o->root;
    switch (o->kind) {
        case SEND:
            return (struct buffers){bytes, 0};
        case RECEIVE:
            return (struct buffers){0, bytes};
        case BROADCAST:
            return (struct buffers){root ? bytes : 0, bytes};
        case REDUCE:
            return (struct buffers){bytes, root ? bytes : 0};
        case ALL_REDUCE:
            return (struct buffers){bytes, bytes};
        case ALL_GATHER:
            return (struct buffers){bytes, all};
        case REDUCE_SCATTER:
            return (struct buffers){all, bytes};
        case ALL_TO_ALL:
            return (struct buffers){all, all};
        case GATHER:
            return (struct buffers){bytes, root ? all : 0};
        default:
            return (struct buffers){root ? all : 0, bytes};
    }
}

static void check_place(const struct operation *o) {
    const struct communicator *comm = o->comm;
    int current = emulated_current_device();
    if (current != comm->device) {
        emulated_violated("right-device", "%s: the thread is on device %d, the communicator on %d", o->call, current,
                          comm->device);
    }
    void *other = emulated_claim_stream(o->stream, comm->handle, o->call);
    if (other != NULL) {
        emulated_violated("own-stream", "%s: the stream is used by another communicator", o->call);
    }
    int of_stream = emulated_stream_device(o->stream, o->call);
    if (of_stream != comm->device) {
        emulated_violated("right-device", "%s: the stream is on device %d, the communicator on %d", o->call, of_stream,
                          comm->device);
    }
}

static void pin(struct operation *o) {
    struct buffers buffers = buffers_of(o, o->comm);
    emulated_lock();
    if (buffers.from_bytes > 0) {
        o->pins[0] = emulated_pin(o->comm->device, o->from, buffers.from_bytes, o->call);
    }
    if (buffers.to_bytes > 0) {
        o->pins[1] = emulated_pin(o->comm->device, o->to, buffers.to_bytes, o->call);
    }
    emulated_unlock();
}

void emulated_unpin_operation(struct operation *o) {
    emulated_unpin(o->pins[0]);
    emulated_unpin(o->pins[1]);
}

static int check_arguments(const struct operation *o) {
    const struct communicator *comm = o->comm;
    if (o->size == 0 || o->op < 0 || o->op >= NCCL_OPS) {
        return emulated_refuse(NCCL_INVALID_ARGUMENT, "%s : invalid type %d or operation %d", o->call, o->type, o->op);
    }
    if (uses_root(o->kind) && (o->root < 0 || o->root >= comm->ranks)) {
        return emulated_refuse(NCCL_INVALID_ARGUMENT, "%s : invalid root %d (root should be in the 0..%d range)",
                               o->call, o->root, comm->ranks);
    }
    return NCCL_SUCCESS;
}

static int state_error(const struct communicator *comm, const char *call) {
    emulated_lock();
    int error = comm->async_error;
    bool over = comm->finalized || comm->revoked;
    emulated_unlock();
    if (error != NCCL_SUCCESS) {
        return emulated_refuse(error, "%s : the communicator has failed", call);
    }
    return over ? emulated_refuse(NCCL_INVALID_USAGE, "%s : the communicator was finalized or revoked", call)
                : NCCL_SUCCESS;
}

static int run_call(struct operation *o) {
    int code;
    int failure = state_error(o->comm, o->call);
    if (failure == NCCL_SUCCESS && emulated_strikes("OPERATION_ERROR", o->comm->device, &code)) {
        failure = emulated_refuse(code, "%s : emulated failure", o->call);
    }
    if (failure == NCCL_SUCCESS) {
        failure = check_arguments(o);
    }
    if (failure != NCCL_SUCCESS) {
        return emulated_fail_group(failure);
    }
    check_place(o);
    pin(o);
    return emulated_issue(o);
}

static int call(const char *name, enum operation_kind kind, const void *from, void *to, size_t count, int type, int op,
                int root, void *handle, void *stream) {
    struct operation o = {.call = name,
                          .comm = emulated_enter(handle, name, WHEN_READY),
                          .handle = handle,
                          .stream = stream,
                          .kind = kind,
                          .from = from,
                          .to = to,
                          .count = count,
                          .size = emulated_type_size(type),
                          .type = type,
                          .op = op,
                          .root = root};
    int result = run_call(&o);
    emulated_leave(o.comm);
    return result;
}

int ncclSend(const void *from, size_t count, int type, int peer, void *comm, void *stream) {
    return call("ncclSend", SEND, from, NULL, count, type, 0, peer, comm, stream);
}

int ncclRecv(void *to, size_t count, int type, int peer, void *comm, void *stream) {
    return call("ncclRecv", RECEIVE, NULL, to, count, type, 0, peer, comm, stream);
}

int ncclBroadcast(const void *from, void *to, size_t count, int type, int root, void *comm, void *stream) {
    return call("ncclBroadcast", BROADCAST, from, to, count, type, 0, root, comm, stream);
}

int ncclReduce(const void *from, void *to, size_t count, int type, int op, int root, void *comm, void *stream) {
    return call("ncclReduce", REDUCE, from, to, count, type, op, root, comm, stream);
}

int ncclAllReduce(const void *from, void *to, size_t count, int type, int op, void *comm, void *stream) {
    return call("ncclAllReduce", ALL_REDUCE, from, to, count, type, op, 0, comm, stream);
}

int ncclAllGather(const void *from, void *to, size_t count, int type, void *comm, void *stream) {
    return call("ncclAllGather", ALL_GATHER, from, to, count, type, 0, 0, comm, stream);
}

int ncclReduceScatter(const void *from, void *to, size_t count, int type, int op, void *comm, void *stream) {
    return call("ncclReduceScatter", REDUCE_SCATTER, from, to, count, type, op, 0, comm, stream);
}

int ncclAlltoAll(const void *from, void *to, size_t count, int type, void *comm, void *stream) {
    emulated_require_version("ncclAlltoAll", COLLECTIVE_CALLS_VERSION);
    return call("ncclAlltoAll", ALL_TO_ALL, from, to, count, type, 0, 0, comm, stream);
}

int ncclGather(const void *from, void *to, size_t count, int type, int root, void *comm, void *stream) {
    emulated_require_version("ncclGather", COLLECTIVE_CALLS_VERSION);
    return call("ncclGather", GATHER, from, to, count, type, 0, root, comm, stream);
}

int ncclScatter(const void *from, void *to, size_t count, int type, int root, void *comm, void *stream) {
    emulated_require_version("ncclScatter", COLLECTIVE_CALLS_VERSION);
    return call("ncclScatter", SCATTER, from, to, count, type, 0, root, comm, stream);
}
