/* A communicator, and what the parts of libnccl know of each other. */
#ifndef ORRERY_COMMUNICATOR_H
#define ORRERY_COMMUNICATOR_H

#include "emulation.h"
#include "faults.h"
#include "nccl_api.h"
#include "rules.h"

enum { MAX_RANKS = 64, HOST_BYTES = 64 };

/* What a rank tells the others of itself while forming. */
struct member {
    uint64_t secret[2];
    int32_t rank;
    int32_t ranks;
    int32_t pid;
    int32_t port;
    unsigned char uuid[16];
    char host[HOST_BYTES];
};

struct peer {
    int fd;
    bool other_host; /* by NET: its death is noticed */
    bool closed;
    bool connected; /* an operation needed it before */
};

/* Guarded by the lock of the emulation, but for what is set once while forming. */
struct communicator {
    struct communicator *next;
    void *handle;
    int rank;
    int ranks;
    int device;
    uint64_t secret[2];
    int port; /* of the rendezvous */
    int wake_fd; /* readable from the abort on: ends every wait */
    bool ending; /* read without the lock: aborted or revoked, all work ends */
    bool forming;
    bool formed;
    bool launching;
    bool finalized;
    bool revoked;
    bool aborted;
    bool stuck; /* the running work waits for a peer that has closed */
    bool collectives_connected;
    int async_error;
    uint64_t busy_until;
    int calls; /* under way in other threads */
    int outstanding; /* batches issued and not ended */
    uint64_t issued;
    uint64_t turn; /* the batch that may run: on several streams they still run one after the other */
    long operations; /* since the fault of asynchronous errors was set */
    generation fault;
    bool has_launcher;
    pthread_t forming_thread;
    pthread_t launcher;
    pthread_cond_t changed;
    struct peer peers[MAX_RANKS];
};

enum entry { WHEN_READY, ALWAYS };

/* Begins a call: finds the communicator, holds it until the call leaves, and checks that it may be called now. */
struct communicator *emulated_enter(void *handle, const char *call, enum entry when);
void emulated_leave(struct communicator *comm);
bool emulated_in_progress(const struct communicator *comm);
bool emulated_ending(const struct communicator *comm);
/* Waits; false when the communicator was ended meanwhile. */
bool emulated_pause(struct communicator *comm, long millis);
void emulated_peer_closed(struct communicator *comm, int peer);

void emulated_require_version(const char *call, int version);
int emulated_nccl_version(void);
__attribute__((format(printf, 2, 3))) int emulated_refuse(int code, const char *format, ...);

void emulated_check_config(const struct nccl_config *config);
/* The address and secret in a unique id; false when it is none. */
bool emulated_read_id(const struct nccl_unique_id *id, uint64_t secret[2], int *port);
void emulated_join_once(const uint64_t secret[2], int rank);
void emulated_id_is_used(const uint64_t secret[2]);
/* Meets the others and connects to each; blocks until it is done or the communicator is ended. */
int emulated_form(struct communicator *comm);

#endif
