/* Forming a communicator: meeting the other ranks, and a connection to each. */
#define _GNU_SOURCE
#include "rendezvous.h"
#include "sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RETRY_MILLIS = 100, RETRIES = 600, MULTI_RANK_VERSION = 23000 };

/* How a connection between two ranks begins. */
struct greeting {
    uint64_t secret[2];
    int32_t rank;
    int32_t padding;
};

static void describe(const struct communicator *comm, int port, struct member *member) {
    memset(member, 0, sizeof *member);
    memcpy(member->secret, comm->secret, sizeof member->secret);
    memcpy(member->uuid, emulated_device(comm->device)->uuid, sizeof member->uuid);
    member->rank = comm->rank;
    member->ranks = comm->ranks;
    member->pid = getpid();
    member->port = port;
    char host[SETTING_BYTES];
    const char *named = getenv("NCCL_HOSTID");
    if (emulated_setting("HOST_ID", comm->device, host)) {
        memcpy(member->host, host, HOST_BYTES - 1);
    } else if (named != NULL && named[0] != 0) {
        strncpy(member->host, named, HOST_BYTES - 1);
    } else {
        gethostname(member->host, HOST_BYTES - 1);
    }
}

/* A rendezvous whose process has died is tried for a minute, as by NCCL. */
static int connect_to_rendezvous(struct communicator *comm) {
    for (int i = 0; i < RETRIES; i++) {
        int fd = emulated_connect(comm->port);
        if (fd != NO_SOCKET || !emulated_pause(comm, RETRY_MILLIS)) {
            return fd;
        }
    }
    return NO_SOCKET;
}

static int ended_or(struct communicator *comm, int otherwise) {
    return emulated_ending(comm) ? NCCL_INVALID_USAGE : otherwise;
}

static int meet(struct communicator *comm, int port, struct member members[MAX_RANKS]) {
    struct member self;
    int32_t answer = 0;
    describe(comm, port, &self);
    int fd = connect_to_rendezvous(comm);
    if (fd == NO_SOCKET) {
        return emulated_refuse(ended_or(comm, NCCL_REMOTE_ERROR), "Rank %d found no rendezvous", comm->rank);
    }
    bool met = emulated_write_all(fd, &self, sizeof self, comm->wake_fd)
            && emulated_read_all(fd, &answer, sizeof answer, comm->wake_fd);
    if (met && answer == RANK_HAS_COME) {
        emulated_violated("unique-id-once", "rank %d has joined with this id already", comm->rank);
    }
    met = met && emulated_read_all(fd, members, (size_t)comm->ranks * sizeof *members, comm->wake_fd);
    close(fd);
    return met ? NCCL_SUCCESS : emulated_refuse(ended_or(comm, NCCL_REMOTE_ERROR), "The rendezvous was closed");
}

static bool may_share_devices(void) {
    const char *allowed = getenv("NCCL_MULTI_RANK_GPU_ENABLE");
    return allowed != NULL && strcmp(allowed, "1") == 0 && emulated_nccl_version() >= MULTI_RANK_VERSION;
}

static int check_devices(const struct communicator *comm, const struct member *members) {
    const struct member *self = &members[comm->rank];
    for (int i = 0; i < comm->ranks; i++) {
        if (i != comm->rank && memcmp(members[i].uuid, self->uuid, sizeof self->uuid) == 0
            && strcmp(members[i].host, self->host) == 0 && !may_share_devices()) {
            return emulated_refuse(NCCL_INVALID_USAGE,
                                   "Duplicate GPU detected : rank %d and rank %d both on CUDA device %x", comm->rank, i,
                                   (unsigned)(comm->device + 1) << 12);
        }
    }
    return NCCL_SUCCESS;
}

static void connected(struct communicator *comm, int rank, int fd, const struct member *members) {
    comm->peers[rank].fd = fd;
    comm->peers[rank].other_host = strcmp(members[rank].host, members[comm->rank].host) != 0;
}

/* A rank that has met the others and has gone since is never reached: this waits until the communicator is ended. */
static bool connect_to(struct communicator *comm, int rank, const struct member *members) {
    struct greeting greeting = {{comm->secret[0], comm->secret[1]}, comm->rank, 0};
    int fd;
    while ((fd = emulated_connect(members[rank].port)) == NO_SOCKET) {
        if (!emulated_pause(comm, RETRY_MILLIS)) {
            return false;
        }
    }
    connected(comm, rank, fd, members);
    return emulated_write_all(fd, &greeting, sizeof greeting, comm->wake_fd);
}

static bool accept_one(struct communicator *comm, int listener, const struct member *members) {
    struct greeting greeting;
    int fd = emulated_accept(listener, comm->wake_fd);
    if (fd == NO_SOCKET) {
        return false;
    }
    if (!emulated_read_all(fd, &greeting, sizeof greeting, comm->wake_fd)
        || memcmp(greeting.secret, comm->secret, sizeof comm->secret) != 0) {
        close(fd);
        return false;
    }
    connected(comm, greeting.rank, fd, members);
    return true;
}

static bool connect_all(struct communicator *comm, int listener, const struct member *members) {
    for (int i = 0; i < comm->rank; i++) {
        if (!connect_to(comm, i, members)) {
            return false;
        }
    }
    int awaited = comm->ranks - comm->rank - 1;
    while (awaited > 0) {
        if (accept_one(comm, listener, members)) {
            awaited--;
        } else if (emulated_ending(comm)) {
            return false;
        }
    }
    return true;
}

int emulated_form(struct communicator *comm) {
    struct member *members = emulated_allocate(MAX_RANKS * sizeof *members);
    int port;
    int listener = emulated_listen(&port);
    int failure = meet(comm, port, members);
    if (failure == NCCL_SUCCESS) {
        emulated_id_is_used(comm->secret);
        failure = check_devices(comm, members);
    }
    if (failure == NCCL_SUCCESS && !connect_all(comm, listener, members)) {
        failure = emulated_refuse(ended_or(comm, NCCL_REMOTE_ERROR), "Rank %d could not connect", comm->rank);
    }
    close(listener);
    free(members);
    return failure;
}
