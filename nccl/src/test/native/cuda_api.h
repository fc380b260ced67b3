/* CUDA's calls as its headers declare them, with handles as void *. */
#ifndef ORRERY_CUDA_API_H
#define ORRERY_CUDA_API_H

#include <stddef.h>

int cuInit(unsigned flags);
int cuDriverGetVersion(int *version);
int cuDeviceGetCount(int *count);
int cuDeviceGet(int *device, int index);
int cuDeviceGetName(char *name, int bytes, int index);
int cuDeviceGetUuid_v2(void *uuid, int index);
int cuDeviceTotalMem_v2(size_t *bytes, int index);

int cudaGetDeviceCount(int *count);
int cudaSetDevice(int device);
int cudaGetDevice(int *device);
int cudaRuntimeGetVersion(int *version);
int cudaDriverGetVersion(int *version);
int cudaDeviceGetPCIBusId(char *text, int bytes, int index);
int cudaDeviceSynchronize(void);
int cudaGetLastError(void);
int cudaPeekAtLastError(void);
const char *cudaGetErrorString(int code);
const char *cudaGetErrorName(int code);

int cudaMemGetInfo(size_t *free_bytes, size_t *bytes);
int cudaMalloc(void **memory, size_t bytes);
int cudaFree(void *memory);
int cudaMallocAsync(void **memory, size_t bytes, void *stream_handle);
int cudaFreeAsync(void *memory, void *stream_handle);
int cudaHostAlloc(void **memory, size_t bytes, unsigned flags);
int cudaMallocHost(void **memory, size_t bytes);
int cudaFreeHost(void *memory);
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *stream_handle);
int cudaMemsetAsync(void *to, int value, size_t bytes, void *stream_handle);

int cudaStreamCreateWithFlags(void **handle, unsigned flags);
int cudaStreamCreate(void **handle);
int cudaStreamDestroy(void *handle);
int cudaStreamSynchronize(void *handle);
int cudaStreamQuery(void *handle);
int cudaStreamWaitEvent(void *stream_handle, void *handle, unsigned flags);
int cudaEventCreateWithFlags(void **handle, unsigned flags);
int cudaEventCreate(void **handle);
int cudaEventRecord(void *handle, void *stream_handle);
int cudaEventQuery(void *handle);
int cudaEventSynchronize(void *handle);
int cudaEventDestroy(void *handle);

#endif
