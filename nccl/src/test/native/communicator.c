/* The life of a communicator: forming, finalizing, and the ways to end it. */
#define _GNU_SOURCE
#include "communicator.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { FINALIZE_MILLIS = 1, REVOKE_VERSION = 22809, FAULT_CHECK_MILLIS = 20 };

static struct communicator *communicators;

/* With the lock held. */
bool emulated_in_progress(const struct communicator *comm) {
    bool emptying = (comm->finalized || comm->revoked) && comm->outstanding > 0;
    return comm->forming || comm->launching || emptying || emulated_now_micros() < comm->busy_until;
}

struct communicator *emulated_enter(void *handle, const char *call, enum entry when) {
    emulated_lock();
    struct communicator *comm = emulated_handle_find(COMMUNICATOR_HANDLE, handle, call);
    if (when == WHEN_READY && comm->async_error == NCCL_SUCCESS && emulated_in_progress(comm)) {
        emulated_violated("in-progress", "%s of rank %d while the communicator is in progress", call, comm->rank);
    }
    comm->calls++;
    emulated_unlock();
    return comm;
}

void emulated_leave(struct communicator *comm) {
    emulated_lock();
    comm->calls--;
    pthread_cond_broadcast(&comm->changed);
    emulated_unlock();
}

bool emulated_ending(const struct communicator *comm) {
    return __atomic_load_n(&comm->ending, __ATOMIC_ACQUIRE);
}

bool emulated_pause(struct communicator *comm, long millis) {
    struct pollfd fd = {comm->wake_fd, POLLIN, 0};
    poll(&fd, 1, millis < 0 ? -1 : (int)millis);
    return !emulated_ending(comm);
}

void emulated_peer_closed(struct communicator *comm, int peer) {
    emulated_lock();
    comm->peers[peer].closed = true;
    comm->stuck = true;
    if (comm->peers[peer].other_host && comm->async_error == NCCL_SUCCESS && !comm->ending) {
        comm->async_error = NCCL_REMOTE_ERROR;
    }
    emulated_unlock();
}

/* With the lock held: ends everything that the communicator does. */
static void end_work(struct communicator *comm) {
    uint64_t one = 1;
    __atomic_store_n(&comm->ending, true, __ATOMIC_RELEASE);
    ssize_t written = write(comm->wake_fd, &one, sizeof one);
    (void)written;
}

/* Freeing waits for the whole device, so a broken communicator that is not ended yet would hang it for ever. */
static void check_free(int device, const char *call) {
    emulated_lock();
    for (struct communicator *c = communicators; c != NULL; c = c->next) {
        bool hangs = c->outstanding > 0 && c->stuck;
        bool failed = c->formed && c->async_error != NCCL_SUCCESS;
        if (c->device == device && !c->aborted && !c->revoked && (hangs || failed)) {
            emulated_violated("abort-before-free", "%s while the communicator of rank %d on device %d is broken and"
                              " neither aborted nor revoked", call, c->rank, device);
        }
    }
    emulated_unlock();
}

__attribute__((constructor)) static void set_check(void) {
    emulated_set_free_check(check_free);
}

static int form(struct communicator *comm) {
    long millis = emulated_number("IN_PROGRESS_MILLIS", comm->device, 0);
    if (millis > 0) {
        emulated_pause(comm, millis);
    }
    while (emulated_is_on("INIT_HANGS", comm->device) && emulated_pause(comm, -1)) {
    }
    if (emulated_ending(comm)) {
        return NCCL_INVALID_USAGE;
    }
    int code = (int)emulated_number("INIT_ERROR", comm->device, 0);
    return code != 0 ? emulated_refuse(code, "Emulated failure of the bootstrap") : emulated_form(comm);
}

static void *run_forming(void *argument) {
    struct communicator *comm = argument;
    int failure = form(comm);
    emulated_lock();
    comm->async_error = failure;
    comm->formed = failure == NCCL_SUCCESS;
    comm->forming = false;
    pthread_cond_broadcast(&comm->changed);
    emulated_unlock();
    return NULL;
}

static struct communicator *new_communicator(int ranks, int rank, int device) {
    struct communicator *comm = emulated_allocate(sizeof *comm);
    comm->rank = rank;
    comm->ranks = ranks;
    comm->device = device;
    comm->forming = true;
    comm->wake_fd = eventfd(0, EFD_CLOEXEC);
    pthread_cond_init(&comm->changed, NULL);
    for (int i = 0; i < MAX_RANKS; i++) {
        comm->peers[i].fd = -1;
    }
    return comm;
}

int ncclCommInitRank(void **out, int ranks, struct nccl_unique_id id, int rank) {
    (void)out;
    (void)id;
    emulated_violated("non-blocking", "ncclCommInitRank of rank %d of %d: without a config it blocks", rank, ranks);
}

int ncclCommInitRankConfig(void **out, int ranks, struct nccl_unique_id id, int rank, struct nccl_config *config) {
    uint64_t secret[2];
    int port;
    if (emulated_startup_error() != CUDA_OK) {
        return emulated_refuse(NCCL_UNHANDLED_CUDA, "CUDA failure %d", emulated_startup_error());
    }
    emulated_check_config(config);
    if (ranks < 1 || ranks > MAX_RANKS || rank < 0 || rank >= ranks || !emulated_read_id(&id, secret, &port)) {
        return emulated_refuse(NCCL_INVALID_ARGUMENT, "Invalid rank requested : %d/%d, or an invalid id", rank, ranks);
    }
    emulated_join_once(secret, rank);
    struct communicator *comm = new_communicator(ranks, rank, emulated_current_device());
    memcpy(comm->secret, secret, sizeof secret);
    comm->port = port;
    emulated_lock();
    comm->next = communicators;
    communicators = comm;
    comm->handle = emulated_handle_new(COMMUNICATOR_HANDLE, comm);
    *out = comm->handle;
    emulated_start_thread(&comm->forming_thread, "emulated-init", run_forming, comm);
    emulated_unlock();
    return NCCL_IN_PROGRESS;
}

int ncclCommFinalize(void *handle) {
    struct communicator *comm = emulated_enter(handle, "ncclCommFinalize", WHEN_READY);
    long millis = emulated_number("IN_PROGRESS_MILLIS", comm->device, FINALIZE_MILLIS);
    int result = NCCL_IN_PROGRESS;
    emulated_lock();
    if (comm->async_error != NCCL_SUCCESS) {
        result = comm->async_error;
    } else if (comm->finalized || comm->revoked) {
        result = NCCL_INVALID_USAGE;
    } else {
        comm->finalized = true;
        comm->busy_until = emulated_now_micros() + (uint64_t)millis * 1000;
    }
    emulated_unlock();
    emulated_leave(comm);
    return result == NCCL_INVALID_USAGE ? emulated_refuse(result, "ncclCommFinalize : it was finalized or revoked")
                                        : result;
}

int ncclCommRevoke(void *handle, int flags) {
    emulated_require_version("ncclCommRevoke", REVOKE_VERSION);
    if (flags != 0) {
        return emulated_refuse(NCCL_INVALID_ARGUMENT, "ncclCommRevoke : invalid flags %d", flags);
    }
    struct communicator *comm = emulated_enter(handle, "ncclCommRevoke", ALWAYS);
    emulated_lock();
    comm->revoked = true;
    end_work(comm);
    emulated_unlock();
    emulated_leave(comm);
    return NCCL_IN_PROGRESS;
}

/* With the lock held. */
static void unlink_communicator(struct communicator *comm) {
    struct communicator **place = &communicators;
    while (*place != comm) {
        place = &(*place)->next;
    }
    *place = comm->next;
}

/* Waits for the communicator's threads, work and calls, then for the device, and frees what it had. */
static void reclaim(struct communicator *comm) {
    pthread_join(comm->forming_thread, NULL);
    emulated_lock();
    while (comm->launching || comm->outstanding > 0 || comm->calls > 0) {
        emulated_wait(&comm->changed);
    }
    emulated_unlock();
    if (comm->has_launcher) {
        pthread_join(comm->launcher, NULL);
    }
    emulated_synchronize_device(comm->device);
    emulated_lock();
    unlink_communicator(comm);
    emulated_unlock();
    for (int i = 0; i < comm->ranks; i++) {
        if (comm->peers[i].fd >= 0) {
            close(comm->peers[i].fd);
        }
    }
    close(comm->wake_fd);
    pthread_cond_destroy(&comm->changed);
    free(comm);
}

static void hang_while(const char *fault, int device) {
    while (emulated_is_on(fault, device)) {
        emulated_sleep_millis(FAULT_CHECK_MILLIS);
    }
}

int ncclCommAbort(void *handle) {
    emulated_lock();
    struct communicator *comm = emulated_handle_find(COMMUNICATOR_HANDLE, handle, "ncclCommAbort");
    emulated_handle_end(handle);
    comm->aborted = true;
    emulated_unlock();
    hang_while("HANGING_ABORT", comm->device);
    emulated_lock();
    end_work(comm);
    emulated_unlock();
    emulated_sleep_millis(emulated_number("SLOW_ABORT_MILLIS", comm->device, 0));
    reclaim(comm);
    return NCCL_SUCCESS;
}

int ncclCommDestroy(void *handle) {
    struct communicator *comm = emulated_enter(handle, "ncclCommDestroy", WHEN_READY);
    check_free(comm->device, "ncclCommDestroy");
    emulated_lock();
    emulated_handle_end(handle);
    comm->calls--;
    emulated_unlock();
    hang_while("HANGING_DESTROY", comm->device);
    reclaim(comm);
    return NCCL_SUCCESS;
}

int ncclCommGetAsyncError(void *handle, int *error) {
    struct communicator *comm = emulated_enter(handle, "ncclCommGetAsyncError", ALWAYS);
    emulated_lock();
    *error = comm->async_error != NCCL_SUCCESS ? comm->async_error
           : emulated_in_progress(comm)        ? NCCL_IN_PROGRESS
                                               : NCCL_SUCCESS;
    emulated_unlock();
    emulated_leave(comm);
    return NCCL_SUCCESS;
}
