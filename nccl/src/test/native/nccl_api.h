/* NCCL's calls as its headers declare them, with handles as void *. */
#ifndef ORRERY_NCCL_API_H
#define ORRERY_NCCL_API_H

#include <limits.h>
#include <stddef.h>

enum {
    NCCL_SUCCESS = 0,
    NCCL_UNHANDLED_CUDA = 1,
    NCCL_SYSTEM_ERROR = 2,
    NCCL_INTERNAL_ERROR = 3,
    NCCL_INVALID_ARGUMENT = 4,
    NCCL_INVALID_USAGE = 5,
    NCCL_REMOTE_ERROR = 6,
    NCCL_IN_PROGRESS = 7
};

enum { NCCL_INT8, NCCL_UINT8, NCCL_INT32, NCCL_UINT32, NCCL_INT64, NCCL_UINT64, NCCL_FLOAT16, NCCL_FLOAT32,
       NCCL_FLOAT64, NCCL_BFLOAT16, NCCL_TYPES };
enum { NCCL_SUM, NCCL_PROD, NCCL_MAX, NCCL_MIN, NCCL_AVG, NCCL_OPS };

enum { NCCL_VERSION = 23007, NCCL_MAGIC = -889274641, NCCL_UNDEFINED = INT_MIN };

struct nccl_unique_id {
    char bytes[128];
};

/* ncclConfig_t of 2.30.7. */
struct nccl_config {
    size_t size;
    int magic;
    int version;
    int blocking;
    int cga_cluster_size;
    int min_ctas;
    int max_ctas;
    const char *net_name;
    int split_share;
    int traffic_class;
    const char *comm_name;
    int collnet_enable;
    int cta_policy;
    int shrink_share;
    int nvls_ctas;
    int channels_per_net_peer;
    int nvlink_centric_sched;
    int graph_usage_mode;
    int rma_contexts;
    int max_p2p_peers;
    int graph_stream_ordering;
};

int ncclGetVersion(int *version);
int ncclGetUniqueId(struct nccl_unique_id *id);
int ncclCommInitRank(void **comm, int ranks, struct nccl_unique_id id, int rank);
int ncclCommInitRankConfig(void **comm, int ranks, struct nccl_unique_id id, int rank, struct nccl_config *config);
int ncclCommFinalize(void *comm);
int ncclCommDestroy(void *comm);
int ncclCommAbort(void *comm);
int ncclCommRevoke(void *comm, int flags);
int ncclCommShrink(void *comm, int *excluded, int excluded_count, void **shrunk, struct nccl_config *config,
                   int flags);
int ncclCommGrow(void *comm, int ranks, const struct nccl_unique_id *id, int rank, void **grown,
                 struct nccl_config *config);
int ncclCommGetAsyncError(void *comm, int *error);
const char *ncclGetErrorString(int code);
const char *ncclGetLastError(void *comm);
int ncclCommCount(void *comm, int *count);
int ncclCommUserRank(void *comm, int *rank);
int ncclCommCuDevice(void *comm, int *device);
int ncclGroupStart(void);
int ncclGroupEnd(void);
int ncclSend(const void *from, size_t count, int type, int peer, void *comm, void *stream);
int ncclRecv(void *to, size_t count, int type, int peer, void *comm, void *stream);
int ncclBroadcast(const void *from, void *to, size_t count, int type, int root, void *comm, void *stream);
int ncclReduce(const void *from, void *to, size_t count, int type, int op, int root, void *comm, void *stream);
int ncclAllReduce(const void *from, void *to, size_t count, int type, int op, void *comm, void *stream);
int ncclAllGather(const void *from, void *to, size_t count, int type, void *comm, void *stream);
int ncclReduceScatter(const void *from, void *to, size_t count, int type, int op, void *comm, void *stream);
int ncclAlltoAll(const void *from, void *to, size_t count, int type, void *comm, void *stream);
int ncclGather(const void *from, void *to, size_t count, int type, int root, void *comm, void *stream);
int ncclScatter(const void *from, void *to, size_t count, int type, int root, void *comm, void *stream);

/* Not NCCL's: sets a switch of the emulation at run time; NULL takes it back. */
void orrery_emulated_set(const char *name, const char *value);

#endif
