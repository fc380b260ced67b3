/*
 * Moves messages between ranks, sends and receives together. A peer that closed is waited for until the communicator is
 * ended: within a host nobody reports it, as by NCCL; from another host it becomes the asynchronous error.
 */
#define _GNU_SOURCE
#include "operations.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

static size_t message_bytes(const struct transfer *transfer) {
    return transfer->expected == NULL ? 0 : sizeof(struct message);
}

static bool complete(const struct transfer *transfer) {
    return transfer->message_moved == message_bytes(transfer) && transfer->moved == transfer->bytes;
}

static const char *kind_name(uint32_t kind) {
    static const char *const names[] = {
        "?",          "send",           "receive",    "broadcast", "reduce", "all-reduce",
        "all-gather", "reduce-scatter", "all-to-all", "gather",    "scatter"};
    return kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

static void check_message(const struct communicator *comm, int peer, const struct transfer *transfer) {
    const struct message *mine = transfer->expected;
    const struct message *got = &transfer->got;
    if (mine->magic != got->magic || mine->kind != got->kind || mine->count != got->count || mine->type != got->type
        || mine->op != got->op || mine->root != got->root) {
        emulated_violated("operations-match",
                          "rank %d expects %s (count %lu, type %d, op %d, root %d) of rank %d, which does %s"
                          " (count %lu, type %d, op %d, root %d)",
                          comm->rank, kind_name(mine->kind), (unsigned long)mine->count, mine->type, mine->op,
                          mine->root, peer, kind_name(got->kind), (unsigned long)got->count, got->type, got->op,
                          got->root);
    }
}

/* The parts of a transfer that have not moved yet. */
static int remaining(struct transfer *transfer, bool outgoing, struct iovec parts[2]) {
    int count = 0;
    if (transfer->message_moved < message_bytes(transfer)) {
        char *message = outgoing ? (char *)(uintptr_t)transfer->expected : (char *)&transfer->got;
        parts[count].iov_base = message + transfer->message_moved;
        parts[count++].iov_len = message_bytes(transfer) - transfer->message_moved;
    }
    if (transfer->moved < transfer->bytes) {
        parts[count].iov_base = transfer->data + transfer->moved;
        parts[count++].iov_len = transfer->bytes - transfer->moved;
    }
    return count;
}

/* False when nothing could be moved. */
static bool advance(struct communicator *comm, int peer, struct transfer *transfer, bool outgoing) {
    struct iovec parts[2];
    struct msghdr header = {0};
    header.msg_iov = parts;
    header.msg_iovlen = (size_t)remaining(transfer, outgoing, parts);
    int fd = comm->peers[peer].fd;
    ssize_t moved = outgoing ? sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) : recvmsg(fd, &header, MSG_DONTWAIT);
    if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (moved <= 0) {
        emulated_peer_closed(comm, peer);
        return false;
    }
    size_t of_message = message_bytes(transfer) - transfer->message_moved;
    of_message = (size_t)moved < of_message ? (size_t)moved : of_message;
    transfer->message_moved += of_message;
    transfer->moved += (size_t)moved - of_message;
    if (!outgoing && of_message > 0 && transfer->message_moved == message_bytes(transfer)) {
        check_message(comm, peer, transfer);
    }
    return true;
}

static bool advance_queue(struct communicator *comm, int peer, struct transfer **queue, bool outgoing) {
    bool moved = false;
    while (*queue != NULL && !comm->peers[peer].closed) {
        if (complete(*queue)) {
            *queue = (*queue)->next;
            moved = true;
        } else if (advance(comm, peer, *queue, outgoing)) {
            moved = true;
        } else {
            break;
        }
    }
    return moved;
}

static void await_any(struct communicator *comm, const struct exchange *exchange) {
    struct pollfd fds[MAX_RANKS + 1];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){comm->wake_fd, POLLIN, 0};
    for (int i = 0; i < comm->ranks; i++) {
        short events = (short)((exchange->out[i] != NULL ? POLLOUT : 0) | (exchange->in[i] != NULL ? POLLIN : 0));
        if (events != 0 && !comm->peers[i].closed) {
            fds[count++] = (struct pollfd){comm->peers[i].fd, events, 0};
        }
    }
    poll(fds, count, -1);
}

bool emulated_exchange(struct communicator *comm, struct exchange *exchange) {
    while (!emulated_ending(comm)) {
        bool moved = false;
        bool pending = false;
        for (int i = 0; i < comm->ranks; i++) {
            moved |= advance_queue(comm, i, &exchange->out[i], true);
            moved |= advance_queue(comm, i, &exchange->in[i], false);
            if (exchange->out[i] != NULL || exchange->in[i] != NULL) {
                pending = true;
                if (comm->peers[i].closed) {
                    emulated_peer_closed(comm, i);
                }
            }
        }
        if (!pending) {
            return true;
        }
        if (!moved) {
            await_any(comm, exchange);
        }
    }
    return false;
}
