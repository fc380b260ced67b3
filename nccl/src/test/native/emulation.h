/* What the emulated libraries share. Everything lives in libcudart; libcuda and libnccl call it. */
#ifndef ORRERY_EMULATION_H
#define ORRERY_EMULATION_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_DEVICES = 64, NO_DEVICE = -1 };

enum {
    CUDA_OK = 0,
    CUDA_INVALID_VALUE = 1,
    CUDA_MEMORY_ALLOCATION = 2,
    CUDA_INSUFFICIENT_DRIVER = 35,
    CUDA_NO_DEVICE = 100,
    CUDA_INVALID_DEVICE = 101,
    CUDA_NOT_READY = 600
};

/* An emulated GPU. `index` is its own number, whatever CUDA_VISIBLE_DEVICES calls it. */
struct device {
    int index;
    unsigned char uuid[16];
    char uuid_text[41]; /* GPU-8-4-4-4-12 */
    size_t bytes;
    size_t used;
};

int emulated_visible_devices(void);
struct device *emulated_visible_device(int visible);
struct device *emulated_device(int index);
int emulated_visible_index(int index);
/* The own number of the calling thread's current device, or NO_DEVICE. */
int emulated_current_device(void);
/* What keeps CUDA from working at all (no device, driver too old), or 0. */
int emulated_startup_error(void);
/* Remembers a failure as the calling thread's last error, and returns it. */
int emulated_failed(int code);
/* The error that every call on the device returns once a sticky one has come up, or 0. */
int emulated_sticky_error(int device);
void emulated_set_sticky_error(int device, int code);

/* One lock guards handles, streams, events and memory: simple, and short enough everywhere. */
void emulated_lock(void);
void emulated_unlock(void);
void emulated_wait(pthread_cond_t *condition);

/*
 * Handles are never reused and point at no memory, so that one used after its end is always noticed. Call these with
 * the lock held; an object found stays valid only as long as the lock is held.
 */
enum handle_kind { STREAM_HANDLE = 1, EVENT_HANDLE = 2, COMMUNICATOR_HANDLE = 3 };

void *emulated_handle_new(enum handle_kind kind, void *object);
void *emulated_handle_find(enum handle_kind kind, const void *handle, const char *call);
bool emulated_handle_alive(const void *handle);
void emulated_handle_end(const void *handle);

/* Device memory that work uses is pinned from its submission to its end. */
struct allocation;
struct allocation *emulated_pin(int device, const void *start, size_t bytes, const char *call);
void emulated_unpin(struct allocation *allocation);

/* Streams. `run` is called by the stream's own thread, in order. */
void emulated_submit(void *stream, void (*run)(void *), void *argument, const char *call);
int emulated_stream_device(void *stream, const char *call);
/* Makes a communicator the stream's user; returns the one it had, if that is another. */
void *emulated_claim_stream(void *stream, void *communicator, const char *call);
/* Waits for everything that was submitted to the device, as cudaDeviceSynchronize does. */
void emulated_synchronize_device(int device);

/* Called before something is freed, with what and the device: the hook that libnccl sets. */
typedef void (*free_check)(int device, const char *call);
void emulated_set_free_check(free_check check);
void emulated_check_free(int device, const char *call);

/* A thread without signals (they belong to the JVM's own threads) and with a small stack. */
void emulated_start_thread(pthread_t *thread, const char *name, void *(*body)(void *), void *argument);
uint64_t emulated_now_micros(void);
void emulated_sleep_millis(long millis);
void *emulated_allocate(size_t bytes);

#endif
