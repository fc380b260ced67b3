/*
 * Unique ids, and the rendezvous behind each: a thread of the process that made the id. As NCCL's bootstrap it waits
 * without limit for the ranks; it ends when all have come, or when all who came have gone.
 */
#define _GNU_SOURCE
#include "rendezvous.h"
#include "sockets.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ID_MAGIC = 0x4F525259, MAX_CONNECTIONS = 2 * MAX_RANKS, MANY_IDS = 64 };

struct id_content {
    int32_t magic;
    int32_t port;
    uint64_t secret[2];
};

/* One connection: a rank that has come once `read` is complete. */
struct guest {
    int fd;
    size_t read;
    struct member member;
};

struct rendezvous {
    int listener;
    uint64_t secret[2];
    int guest_count;
    int come;
    struct guest guests[MAX_CONNECTIONS];
};

/* An id that this process used, so that nobody uses it twice. */
struct used_id {
    uint64_t secret[2];
    uint64_t ranks;
    bool formed;
};

static struct used_id *used_ids;
static size_t used_count;
static size_t used_room;

static void drop(struct rendezvous *meeting, int index) {
    if (meeting->guests[index].fd != NO_SOCKET) {
        close(meeting->guests[index].fd);
    }
    meeting->guests[index] = meeting->guests[--meeting->guest_count];
}

static bool has_come(const struct guest *guest) {
    return guest->read == sizeof guest->member;
}

static void answer(int fd, int32_t answer, const void *more, size_t bytes) {
    /* It fits the socket's buffer: a few kilobytes at most. */
    if (send(fd, &answer, sizeof answer, MSG_NOSIGNAL) > 0 && bytes > 0) {
        ssize_t sent = send(fd, more, bytes, MSG_NOSIGNAL);
        (void)sent;
    }
}

static void refuse_duplicate(struct rendezvous *meeting, int index) {
    for (int i = 0; i < meeting->guest_count; i++) {
        if (i != index && has_come(&meeting->guests[i])
            && meeting->guests[i].member.rank == meeting->guests[index].member.rank) {
            answer(meeting->guests[index].fd, RANK_HAS_COME, NULL, 0);
            meeting->come--;
            drop(meeting, index);
            return;
        }
    }
}

/* Reads what a guest has to say. One who leaves after having come keeps its seat: the world then never forms. */
static void hear(struct rendezvous *meeting, int index) {
    struct guest *guest = &meeting->guests[index];
    char nothing;
    void *into = has_come(guest) ? (void *)&nothing : (char *)&guest->member + guest->read;
    size_t room = has_come(guest) ? 1 : sizeof guest->member - guest->read;
    ssize_t moved = recv(guest->fd, into, room, MSG_DONTWAIT);
    if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (moved <= 0) {
        if (has_come(guest)) {
            close(guest->fd);
            guest->fd = NO_SOCKET;
        } else {
            drop(meeting, index);
        }
        return;
    }
    guest->read += has_come(guest) ? 0 : (size_t)moved;
    if (has_come(guest)) {
        if (memcmp(guest->member.secret, meeting->secret, sizeof meeting->secret) != 0) {
            drop(meeting, index);
            return;
        }
        meeting->come++;
        refuse_duplicate(meeting, index);
    }
}

static void welcome(struct rendezvous *meeting) {
    int fd = accept4(meeting->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0 && meeting->guest_count < MAX_CONNECTIONS) {
        struct guest *guest = &meeting->guests[meeting->guest_count++];
        memset(guest, 0, sizeof *guest);
        guest->fd = fd;
    } else if (fd >= 0) {
        close(fd);
    }
}

static bool anyone_there(const struct rendezvous *meeting) {
    for (int i = 0; i < meeting->guest_count; i++) {
        if (meeting->guests[i].fd != NO_SOCKET) {
            return true;
        }
    }
    return meeting->come == 0;
}

static bool all_have_come(const struct rendezvous *meeting) {
    for (int i = 0; i < meeting->guest_count; i++) {
        if (has_come(&meeting->guests[i])) {
            return meeting->come == meeting->guests[i].member.ranks;
        }
    }
    return false;
}

static void introduce(struct rendezvous *meeting) {
    struct member members[MAX_RANKS];
    memset(members, 0, sizeof members);
    for (int i = 0; i < meeting->guest_count; i++) {
        if (has_come(&meeting->guests[i])) {
            members[meeting->guests[i].member.rank] = meeting->guests[i].member;
        }
    }
    for (int i = 0; i < meeting->guest_count; i++) {
        if (has_come(&meeting->guests[i]) && meeting->guests[i].fd != NO_SOCKET) {
            answer(meeting->guests[i].fd, ALL_HAVE_COME, members, (size_t)meeting->come * sizeof members[0]);
        }
    }
}

static void *hold(void *argument) {
    struct rendezvous *meeting = argument;
    while (anyone_there(meeting) && !all_have_come(meeting)) {
        struct pollfd fds[MAX_CONNECTIONS + 1];
        int count = meeting->guest_count;
        for (int i = 0; i < count; i++) {
            fds[i] = (struct pollfd){meeting->guests[i].fd, POLLIN, 0};
        }
        fds[count] = (struct pollfd){meeting->listener, POLLIN, 0};
        if (poll(fds, (nfds_t)count + 1, -1) < 0) {
            continue;
        }
        for (int i = count - 1; i >= 0; i--) {
            if (fds[i].revents != 0) {
                hear(meeting, i);
            }
        }
        if (fds[count].revents != 0) {
            welcome(meeting);
        }
    }
    if (all_have_come(meeting)) {
        introduce(meeting);
    }
    while (meeting->guest_count > 0) {
        drop(meeting, meeting->guest_count - 1);
    }
    close(meeting->listener);
    free(meeting);
    return NULL;
}

int ncclGetUniqueId(struct nccl_unique_id *id) {
    int code = (int)emulated_number("UNIQUE_ID_ERROR", emulated_current_device(), 0);
    if (code != 0) {
        return emulated_refuse(code, "Emulated failure of ncclGetUniqueId");
    }
    struct id_content content = {ID_MAGIC, 0, {0, 0}};
    if (getrandom(content.secret, sizeof content.secret, 0) != sizeof content.secret) {
        return emulated_refuse(NCCL_SYSTEM_ERROR, "No random bytes");
    }
    struct rendezvous *meeting = emulated_allocate(sizeof *meeting);
    meeting->listener = emulated_listen(&content.port);
    memcpy(meeting->secret, content.secret, sizeof meeting->secret);
    memset(id, 0, sizeof *id);
    memcpy(id->bytes, &content, sizeof content);
    pthread_t thread;
    emulated_start_thread(&thread, "emulated-meet", hold, meeting);
    pthread_detach(thread);
    return NCCL_SUCCESS;
}

bool emulated_read_id(const struct nccl_unique_id *id, uint64_t secret[2], int *port) {
    struct id_content content;
    memcpy(&content, id->bytes, sizeof content);
    memcpy(secret, content.secret, sizeof content.secret);
    *port = content.port;
    return content.magic == ID_MAGIC;
}

/* With the lock held. */
static struct used_id *used(const uint64_t secret[2]) {
    for (size_t i = used_count; i-- > 0;) {
        if (memcmp(used_ids[i].secret, secret, sizeof used_ids[i].secret) == 0) {
            return &used_ids[i];
        }
    }
    if (used_count == used_room) {
        used_room = used_room == 0 ? MANY_IDS : 2 * used_room;
        used_ids = realloc(used_ids, used_room * sizeof *used_ids);
        if (used_ids == NULL) {
            abort();
        }
    }
    struct used_id *id = &used_ids[used_count++];
    memset(id, 0, sizeof *id);
    memcpy(id->secret, secret, sizeof id->secret);
    return id;
}

void emulated_join_once(const uint64_t secret[2], int rank) {
    emulated_lock();
    struct used_id *id = used(secret);
    if (id->formed) {
        emulated_violated("unique-id-once", "rank %d joins with the id of a communicator that has formed", rank);
    }
    if (id->ranks >> rank & 1) {
        emulated_violated("unique-id-once", "rank %d joins twice with one id", rank);
    }
    id->ranks |= UINT64_C(1) << rank;
    emulated_unlock();
}

void emulated_id_is_used(const uint64_t secret[2]) {
    emulated_lock();
    used(secret)->formed = true;
    emulated_unlock();
}
