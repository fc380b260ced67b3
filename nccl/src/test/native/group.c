/* Groups: what a thread issues between start and end runs together, one piece of work for each communicator. */
#include "operations.h"

#include <stdlib.h>

enum { CONNECT_MILLIS = 1 };

/* The operations of one group on one communicator and stream. */
struct batch {
    struct batch *next;
    struct communicator *comm;
    void *stream;
    struct operation *first;
    uint64_t number;
    long count;
    long delay_millis;
    bool silent;
};

static __thread int depth;
static __thread int group_failure;
static __thread struct operation *group_first;
static __thread struct operation *group_last;

/* With the lock held. */
static void fail_if_due(struct communicator *comm, long count) {
    int code;
    long n;
    generation which;
    if (!emulated_coded("ASYNC_ERROR", comm->device, &code, &n, &which)) {
        return;
    }
    if (which != comm->fault) {
        comm->fault = which;
        comm->operations = 0;
    }
    comm->operations += count;
    if (comm->operations >= n && comm->async_error == NCCL_SUCCESS) {
        comm->async_error = code;
    }
}

static void free_operations(struct operation *first) {
    while (first != NULL) {
        struct operation *next = first->next;
        free(first);
        first = next;
    }
}

static void finish(struct batch *batch) {
    struct communicator *comm = batch->comm;
    emulated_lock();
    for (struct operation *o = batch->first; o != NULL; o = o->next) {
        emulated_unpin_operation(o);
    }
    comm->stuck = false;
    comm->turn++;
    fail_if_due(comm, batch->count);
    comm->outstanding--;
    pthread_cond_broadcast(&comm->changed);
    emulated_unlock();
    free_operations(batch->first);
    free(batch);
}

static bool is_point_to_point(const struct operation *o) {
    return o->kind == SEND || o->kind == RECEIVE;
}

static void perform(struct batch *batch) {
    struct communicator *comm = batch->comm;
    if (batch->silent) {
        while (emulated_pause(comm, -1)) {
        }
        return;
    }
    long slow = emulated_number("SLOW_MILLIS", comm->device, 0);
    bool going = slow <= 0 || emulated_pause(comm, slow);
    bool point_to_point = false;
    for (struct operation *o = batch->first; o != NULL && going; o = o->next) {
        if (is_point_to_point(o)) {
            point_to_point = true;
        } else {
            going = emulated_run_collective(comm, o);
        }
    }
    if (going && point_to_point) {
        emulated_run_point_to_point(comm, batch->first);
    }
}

static void run_batch(void *argument) {
    struct batch *batch = argument;
    struct communicator *comm = batch->comm;
    emulated_lock();
    while (comm->turn != batch->number) {
        emulated_wait(&comm->changed);
    }
    emulated_unlock();
    if (!emulated_ending(comm)) {
        perform(batch);
    }
    finish(batch);
}

/* What a communicator does while an operation is in progress: only then the operation comes into the stream. */
static void *launch(void *argument) {
    struct batch *batch = argument;
    struct communicator *comm = batch->comm;
    bool going = emulated_pause(comm, batch->delay_millis);
    if (going) {
        emulated_submit(batch->stream, run_batch, batch, "ncclGroupEnd");
    }
    emulated_lock();
    comm->launching = false;
    pthread_cond_broadcast(&comm->changed);
    emulated_unlock();
    if (!going) {
        run_batch(batch);
    }
    return NULL;
}

/* With the lock held: whether the operation needs a connection that none needed before. */
static bool needs_connection(struct communicator *comm, const struct operation *o) {
    bool *connected = is_point_to_point(o) ? &comm->peers[o->root].connected : &comm->collectives_connected;
    bool needs = !*connected;
    *connected = true;
    return needs;
}

static int submit(struct batch *batch) {
    struct communicator *comm = batch->comm;
    long delay = emulated_number("IN_PROGRESS_MILLIS", comm->device, 0);
    emulated_lock();
    for (struct operation *o = batch->first; o != NULL; o = o->next) {
        batch->count++;
        batch->silent |= emulated_exceeds("SILENT_PEER", comm->device);
        if (needs_connection(comm, o) && delay < CONNECT_MILLIS) {
            delay = CONNECT_MILLIS;
        }
    }
    batch->number = comm->issued++;
    batch->delay_millis = delay;
    comm->outstanding++;
    bool later = delay > 0 && !comm->launching;
    bool join = later && comm->has_launcher;
    comm->launching |= later;
    comm->has_launcher |= later;
    emulated_unlock();
    if (join) {
        pthread_join(comm->launcher, NULL);
    }
    if (!later) {
        emulated_submit(batch->stream, run_batch, batch, "ncclGroupEnd");
        return NCCL_SUCCESS;
    }
    emulated_start_thread(&comm->launcher, "emulated-launch", launch, batch);
    return NCCL_IN_PROGRESS;
}

static struct batch *batch_for(struct batch **batches, const struct operation *o) {
    struct batch **place = batches;
    while (*place != NULL && ((*place)->comm != o->comm || (*place)->stream != o->stream)) {
        place = &(*place)->next;
    }
    if (*place == NULL) {
        *place = emulated_allocate(sizeof **place);
        (*place)->comm = o->comm;
        (*place)->stream = o->stream;
    }
    return *place;
}

/* Each operation to the batch of its communicator, in order. */
static struct batch *sort(struct operation *o) {
    struct batch *batches = NULL;
    while (o != NULL) {
        struct operation *next = o->next;
        struct operation **last = &batch_for(&batches, o)->first;
        while (*last != NULL) {
            last = &(*last)->next;
        }
        o->next = NULL;
        *last = o;
        o = next;
    }
    return batches;
}

/* NCCL refuses a send to oneself without its receive in the same group, and the other way around. */
static bool is_balanced(const struct batch *batch) {
    int balance = 0;
    for (const struct operation *o = batch->first; o != NULL; o = o->next) {
        if (is_point_to_point(o) && o->root == batch->comm->rank) {
            balance += o->kind == SEND ? 1 : -1;
        }
    }
    return balance == 0;
}

static void discard(struct operation *first) {
    emulated_lock();
    for (struct operation *o = first; o != NULL; o = o->next) {
        emulated_unpin_operation(o);
    }
    emulated_unlock();
    free_operations(first);
}

static int end_group(void) {
    struct operation *first = group_first;
    int result = group_failure;
    group_first = NULL;
    group_last = NULL;
    group_failure = NCCL_SUCCESS;
    if (result != NCCL_SUCCESS) {
        discard(first);
        return result;
    }
    struct batch *batches = sort(first);
    for (struct batch *b = batches; b != NULL; b = b->next) {
        emulated_enter(b->first->handle, "ncclGroupEnd", ALWAYS);
        if (!is_balanced(b)) {
            result = emulated_refuse(NCCL_INVALID_USAGE, "Trying to send to self without a matching recv");
        }
    }
    bool refused = result != NCCL_SUCCESS;
    while (batches != NULL) {
        struct batch *next = batches->next;
        struct communicator *comm = batches->comm;
        if (refused) {
            discard(batches->first);
            free(batches);
        } else if (submit(batches) == NCCL_IN_PROGRESS) {
            result = NCCL_IN_PROGRESS;
        }
        emulated_leave(comm);
        batches = next;
    }
    return result;
}

int emulated_issue(const struct operation *operation) {
    struct operation *o = emulated_allocate(sizeof *o);
    *o = *operation;
    if (group_first == NULL) {
        group_first = o;
    } else {
        group_last->next = o;
    }
    group_last = o;
    return depth > 0 ? NCCL_SUCCESS : end_group();
}

int emulated_fail_group(int code) {
    if (depth > 0 && group_failure == NCCL_SUCCESS) {
        group_failure = code;
    }
    return code;
}

int ncclGroupStart(void) {
    depth++;
    return NCCL_SUCCESS;
}

int ncclGroupEnd(void) {
    if (depth == 0) {
        emulated_violated("group-balance", "ncclGroupEnd without ncclGroupStart");
    }
    return --depth > 0 ? NCCL_SUCCESS : end_group();
}
