/* What NCCL says of itself and of a communicator, what it makes of a config, and the calls that came later. */
#define _GNU_SOURCE
#include "communicator.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ERROR_BYTES = 1024, SHRINK_VERSION = 22703, GROW_VERSION = 22902 };

_Static_assert(sizeof(struct nccl_config) == 96, "the size of ncclConfig_t in 2.30.7");

static pthread_mutex_t error_lock = PTHREAD_MUTEX_INITIALIZER;
static char last_error[ERROR_BYTES];
static __thread char error_copy[ERROR_BYTES];

int emulated_refuse(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&error_lock);
    vsnprintf(last_error, sizeof last_error, format, arguments);
    pthread_mutex_unlock(&error_lock);
    va_end(arguments);
    return code;
}

const char *ncclGetLastError(void *comm) {
    if (comm != NULL) {
        emulated_leave(emulated_enter(comm, "ncclGetLastError", ALWAYS));
    }
    pthread_mutex_lock(&error_lock);
    memcpy(error_copy, last_error, sizeof error_copy);
    pthread_mutex_unlock(&error_lock);
    return error_copy;
}

const char *ncclGetErrorString(int code) {
    static const char *const texts[] = {"no error",
                                        "unhandled cuda error (run with NCCL_DEBUG=INFO for details)",
                                        "unhandled system error (run with NCCL_DEBUG=INFO for details)",
                                        "internal error - please report this issue to the NCCL developers",
                                        "invalid argument (run with NCCL_DEBUG=WARN for details)",
                                        "invalid usage (run with NCCL_DEBUG=WARN for details)",
                                        "remote process exited or there was a network error",
                                        "NCCL operation in progress",
                                        "timeout"};
    return code >= 0 && code < (int)(sizeof texts / sizeof texts[0]) ? texts[code] : "unknown result code";
}

int emulated_nccl_version(void) {
    return (int)emulated_number("NCCL_VERSION", NO_DEVICE, NCCL_VERSION);
}

int ncclGetVersion(int *version) {
    *version = emulated_nccl_version();
    return NCCL_SUCCESS;
}

void emulated_require_version(const char *call, int version) {
    if (emulated_nccl_version() < version) {
        fprintf(stderr, "symbol lookup error: libjninccl.so: undefined symbol: %s\n", call);
        emulated_violated("newer-function", "%s came with NCCL %d, this is %d", call, version, emulated_nccl_version());
    }
}

/* Asks the kernel, which answers with an error where this would die. */
static bool is_readable(const char *pointer) {
    int pipes[2] = {-1, -1};
    bool readable = pipe2(pipes, O_CLOEXEC) == 0 && write(pipes[1], pointer, 1) == 1;
    close(pipes[0]);
    close(pipes[1]);
    return readable;
}

static void check_pointer(const char *name, const char *pointer) {
    if (pointer != NULL && !is_readable(pointer)) {
        emulated_violated("config-undefined", "%s is %p, neither NULL nor a text", name, (const void *)pointer);
    }
}

static void check_range(const char *name, int value, int least, int most) {
    if (value != NCCL_UNDEFINED && (value < least || value > most)) {
        emulated_violated("config-undefined", "%s is %d: neither undefined (INT_MIN) nor in %d..%d", name, value, least,
                          most);
    }
}

static void check_fields(const struct nccl_config *config) {
    check_range("cgaClusterSize", config->cga_cluster_size, 0, 8);
    check_range("minCTAs", config->min_ctas, 1, INT_MAX);
    check_range("maxCTAs", config->max_ctas, 1, INT_MAX);
    check_range("splitShare", config->split_share, 0, 1);
    check_range("collnetEnable", config->collnet_enable, 0, 1);
    check_range("CTAPolicy", config->cta_policy, 0, 3);
    check_range("shrinkShare", config->shrink_share, 0, 1);
    check_range("nvlsCTAs", config->nvls_ctas, 1, INT_MAX);
    check_range("nChannelsPerNetPeer", config->channels_per_net_peer, 1, 64);
    check_range("nvlinkCentricSched", config->nvlink_centric_sched, 0, 1);
    check_range("graphUsageMode", config->graph_usage_mode, 0, 2);
    check_range("numRmaCtx", config->rma_contexts, 1, INT_MAX);
    check_range("maxP2pPeers", config->max_p2p_peers, 1, INT_MAX);
    check_range("graphStreamOrdering", config->graph_stream_ordering, 0, 1);
    check_pointer("netName", config->net_name);
    check_pointer("commName", config->comm_name);
}

void emulated_check_config(const struct nccl_config *config) {
    if (config == NULL) {
        emulated_violated("non-blocking", "ncclCommInitRankConfig without a config blocks");
    }
    if (config->size != sizeof *config || config->magic != NCCL_MAGIC || config->version != NCCL_VERSION) {
        emulated_violated("config-magic", "size %zu, magic %d and version %d of the config should be %zu, %d and %d",
                          config->size, config->magic, config->version, sizeof *config, NCCL_MAGIC, NCCL_VERSION);
    }
    if (config->blocking != 0) {
        emulated_violated("non-blocking", "blocking of the config is %d", config->blocking);
    }
    check_fields(config);
}

int ncclCommCount(void *handle, int *count) {
    struct communicator *comm = emulated_enter(handle, "ncclCommCount", WHEN_READY);
    *count = comm->ranks;
    emulated_leave(comm);
    return NCCL_SUCCESS;
}

int ncclCommUserRank(void *handle, int *rank) {
    struct communicator *comm = emulated_enter(handle, "ncclCommUserRank", WHEN_READY);
    *rank = comm->rank;
    emulated_leave(comm);
    return NCCL_SUCCESS;
}

int ncclCommCuDevice(void *handle, int *device) {
    struct communicator *comm = emulated_enter(handle, "ncclCommCuDevice", WHEN_READY);
    *device = emulated_visible_index(comm->device);
    emulated_leave(comm);
    return NCCL_SUCCESS;
}

int ncclCommShrink(void *comm, int *excluded, int excluded_count, void **shrunk, struct nccl_config *config,
                   int flags) {
    (void)excluded;
    (void)config;
    emulated_require_version("ncclCommShrink", SHRINK_VERSION);
    emulated_leave(emulated_enter(comm, "ncclCommShrink", WHEN_READY));
    *shrunk = NULL;
    return emulated_refuse(NCCL_INVALID_USAGE, "ncclCommShrink is not emulated (%d ranks, flags %d)", excluded_count,
                           flags);
}

int ncclCommGrow(void *comm, int ranks, const struct nccl_unique_id *id, int rank, void **grown,
                 struct nccl_config *config) {
    (void)id;
    (void)config;
    emulated_require_version("ncclCommGrow", GROW_VERSION);
    emulated_leave(emulated_enter(comm, "ncclCommGrow", WHEN_READY));
    *grown = NULL;
    return emulated_refuse(NCCL_INVALID_USAGE, "ncclCommGrow is not emulated (rank %d of %d)", rank, ranks);
}

void orrery_emulated_set(const char *name, const char *value) {
    emulated_set(name, value);
}
