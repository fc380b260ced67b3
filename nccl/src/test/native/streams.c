/* Streams: each runs its work in order on a thread of its own, which begins with the first work. */
#define _GNU_SOURCE
#include "cuda_api.h"
#include "streams.h"
#include "rules.h"

#include <stdlib.h>

struct work {
    void (*run)(void *);
    void *argument;
    struct work *next;
};

struct stream {
    struct stream *next;
    void *handle; /* NULL: a default stream */
    int device;
    int users; /* who still looks at it, the handle counted as one */
    struct work *first;
    struct work **last;
    uint64_t submitted;
    uint64_t completed;
    void *communicator;
    bool has_thread;
    bool ending;
    pthread_t thread;
    pthread_cond_t appended;
    pthread_cond_t finished;
};

static struct stream *streams;
static struct stream *default_streams[MAX_DEVICES];

static struct stream *new_stream(int device) {
    struct stream *stream = emulated_allocate(sizeof *stream);
    stream->device = device;
    stream->users = 1;
    stream->last = &stream->first;
    pthread_cond_init(&stream->appended, NULL);
    pthread_cond_init(&stream->finished, NULL);
    stream->next = streams;
    streams = stream;
    return stream;
}

static void leave(struct stream *stream) {
    if (--stream->users > 0) {
        return;
    }
    struct stream **place = &streams;
    while (*place != stream) {
        place = &(*place)->next;
    }
    *place = stream->next;
    pthread_cond_destroy(&stream->appended);
    pthread_cond_destroy(&stream->finished);
    free(stream);
}

static void *run_stream(void *argument) {
    struct stream *stream = argument;
    emulated_lock();
    while (stream->first != NULL || !stream->ending) {
        struct work *work = stream->first;
        if (work == NULL) {
            emulated_wait(&stream->appended);
            continue;
        }
        stream->first = work->next;
        if (stream->first == NULL) {
            stream->last = &stream->first;
        }
        emulated_unlock();
        work->run(work->argument);
        free(work);
        emulated_lock();
        stream->completed++;
        pthread_cond_broadcast(&stream->finished);
    }
    emulated_unlock();
    return NULL;
}

static bool is_default(const void *handle) {
    return (uintptr_t)handle <= 2;
}

struct stream *emulated_stream(void *handle, const char *call) {
    if (!is_default(handle)) {
        return emulated_handle_find(STREAM_HANDLE, handle, call);
    }
    int device = emulated_current_device();
    if (device == NO_DEVICE) {
        return NULL;
    }
    if (default_streams[device] == NULL) {
        default_streams[device] = new_stream(device);
    }
    return default_streams[device];
}

int emulated_device_of_stream(const struct stream *stream) {
    return stream->device;
}

bool emulated_stream_idle(const struct stream *stream) {
    return stream->submitted == stream->completed;
}

void emulated_append(struct stream *stream, void (*run)(void *), void *argument) {
    struct work *work = emulated_allocate(sizeof *work);
    work->run = run;
    work->argument = argument;
    *stream->last = work;
    stream->last = &work->next;
    stream->submitted++;
    if (!stream->has_thread) {
        stream->has_thread = true;
        emulated_start_thread(&stream->thread, "emulated-stream", run_stream, stream);
    }
    pthread_cond_signal(&stream->appended);
}

void emulated_await_stream(struct stream *stream) {
    uint64_t awaited = stream->submitted;
    stream->users++;
    while (stream->completed < awaited) {
        emulated_wait(&stream->finished);
    }
    leave(stream);
}

void emulated_submit(void *handle, void (*run)(void *), void *argument, const char *call) {
    emulated_lock();
    emulated_append(emulated_stream(handle, call), run, argument);
    emulated_unlock();
}

int emulated_stream_device(void *handle, const char *call) {
    emulated_lock();
    int device = emulated_stream(handle, call)->device;
    emulated_unlock();
    return device;
}

void *emulated_claim_stream(void *handle, void *communicator, const char *call) {
    if (is_default(handle)) {
        emulated_violated("own-stream", "%s: on the default stream", call);
    }
    emulated_lock();
    struct stream *stream = emulated_stream(handle, call);
    void *other = stream->communicator;
    bool taken = other != NULL && other != communicator && emulated_handle_alive(other);
    stream->communicator = communicator;
    emulated_unlock();
    return taken ? other : NULL;
}

/* With the lock held. */
static void await_device(int device) {
    struct stream *stream = streams;
    while (stream != NULL) {
        if (stream->device != device || emulated_stream_idle(stream)) {
            stream = stream->next;
            continue;
        }
        /* It stays in the list, and its successor with it, until this has moved on. */
        stream->users++;
        emulated_await_stream(stream);
        struct stream *next = stream->next;
        leave(stream);
        stream = next;
    }
}

void emulated_synchronize_device(int device) {
    if (device != NO_DEVICE) {
        emulated_lock();
        await_device(device);
        emulated_unlock();
    }
}

int cudaStreamCreateWithFlags(void **handle, unsigned flags) {
    int failure = emulated_startup_error();
    int device = emulated_current_device();
    failure = failure != CUDA_OK ? failure : emulated_sticky_error(device);
    if (failure == CUDA_OK && flags > 1) {
        failure = CUDA_INVALID_VALUE;
    }
    if (failure != CUDA_OK) {
        return emulated_failed(failure);
    }
    emulated_lock();
    struct stream *stream = new_stream(device);
    stream->handle = emulated_handle_new(STREAM_HANDLE, stream);
    *handle = stream->handle;
    emulated_unlock();
    return CUDA_OK;
}

int cudaStreamCreate(void **handle) {
    return cudaStreamCreateWithFlags(handle, 0);
}

int cudaStreamDestroy(void *handle) {
    if (is_default(handle)) {
        return emulated_failed(CUDA_INVALID_VALUE);
    }
    int device = emulated_stream_device(handle, "cudaStreamDestroy");
    emulated_check_free(device, "cudaStreamDestroy");
    emulated_synchronize_device(device);
    emulated_lock();
    struct stream *stream = emulated_stream(handle, "cudaStreamDestroy");
    emulated_handle_end(handle);
    stream->ending = true;
    bool has_thread = stream->has_thread;
    pthread_t thread = stream->thread;
    pthread_cond_signal(&stream->appended);
    emulated_unlock();
    if (has_thread) {
        pthread_join(thread, NULL);
    }
    emulated_lock();
    leave(stream);
    emulated_unlock();
    return emulated_failed(emulated_sticky_error(device));
}

int cudaStreamSynchronize(void *handle) {
    emulated_lock();
    struct stream *stream = emulated_stream(handle, "cudaStreamSynchronize");
    int device = stream == NULL ? NO_DEVICE : stream->device;
    if (stream != NULL) {
        emulated_await_stream(stream);
    }
    emulated_unlock();
    return emulated_failed(emulated_sticky_error(device));
}

int cudaStreamQuery(void *handle) {
    emulated_lock();
    struct stream *stream = emulated_stream(handle, "cudaStreamQuery");
    int device = stream == NULL ? NO_DEVICE : stream->device;
    bool idle = stream == NULL || emulated_stream_idle(stream);
    emulated_unlock();
    int failure = emulated_sticky_error(device);
    return failure != CUDA_OK ? emulated_failed(failure) : idle ? CUDA_OK : CUDA_NOT_READY;
}

int cudaDeviceSynchronize(void) {
    int device = emulated_current_device();
    emulated_synchronize_device(device);
    return emulated_failed(emulated_sticky_error(device));
}
