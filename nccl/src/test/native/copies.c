/* Allocating, freeing, copying and setting memory: libcudart's calls. */
#include "cuda_api.h"
#include "faults.h"
#include "memory.h"
#include "streams.h"

#include <stdlib.h>
#include <string.h>

enum copy_kind { HOST_TO_HOST, HOST_TO_DEVICE, DEVICE_TO_HOST, DEVICE_TO_DEVICE, EITHER };

struct copy {
    void *to;
    const void *from; /* NULL: set to `value` */
    size_t bytes;
    int value;
    void *staged;
    struct allocation *pins[2];
};

static int usable(int device) {
    int failure = emulated_startup_error();
    return failure != CUDA_OK ? failure : emulated_sticky_error(device);
}

int cudaMemGetInfo(size_t *free_bytes, size_t *bytes) {
    int index = emulated_current_device();
    int failure = usable(index);
    if (failure == CUDA_OK) {
        emulated_lock();
        struct device *device = emulated_device(index);
        *bytes = device->bytes;
        *free_bytes = device->bytes - device->used;
        emulated_unlock();
    }
    return emulated_failed(failure);
}

int cudaMalloc(void **memory, size_t bytes) {
    int device = emulated_current_device();
    int failure = usable(device);
    return emulated_failed(failure != CUDA_OK ? failure : emulated_allocate_device(memory, bytes, device));
}

int cudaFree(void *memory) {
    if (memory == NULL) {
        return emulated_failed(usable(emulated_current_device()));
    }
    int device = emulated_device_of(memory, "cudaFree");
    if (device == NO_DEVICE) {
        return emulated_failed(CUDA_INVALID_VALUE);
    }
    emulated_check_free(device, "cudaFree");
    emulated_require_unused(memory, "cudaFree");
    emulated_synchronize_device(device);
    emulated_free_device(memory, "cudaFree");
    return emulated_failed(emulated_sticky_error(device));
}

int cudaMallocAsync(void **memory, size_t bytes, void *stream_handle) {
    if (emulated_startup_error() != CUDA_OK) {
        return emulated_failed(emulated_startup_error());
    }
    int device = emulated_stream_device(stream_handle, "cudaMallocAsync");
    int failure = usable(device);
    return emulated_failed(failure != CUDA_OK ? failure : emulated_allocate_device(memory, bytes, device));
}

static void run_free(void *allocation) {
    emulated_freed_in_order(allocation);
}

int cudaFreeAsync(void *memory, void *stream_handle) {
    if (memory == NULL) {
        return CUDA_OK;
    }
    emulated_lock();
    struct stream *stream = emulated_stream(stream_handle, "cudaFreeAsync");
    struct allocation *allocation = emulated_free_in_order(memory, "cudaFreeAsync");
    if (allocation != NULL) {
        emulated_append(stream, run_free, allocation);
    }
    emulated_unlock();
    return allocation == NULL ? emulated_failed(CUDA_INVALID_VALUE) : CUDA_OK;
}

int cudaHostAlloc(void **memory, size_t bytes, unsigned flags) {
    int failure = usable(emulated_current_device());
    if (failure == CUDA_OK && flags > 7) {
        failure = CUDA_INVALID_VALUE;
    }
    if (failure == CUDA_OK && bytes == 0) {
        *memory = NULL;
        return CUDA_OK;
    }
    return emulated_failed(failure != CUDA_OK ? failure : emulated_allocate_host(memory, bytes));
}

int cudaMallocHost(void **memory, size_t bytes) {
    return cudaHostAlloc(memory, bytes, 0);
}

int cudaFreeHost(void *memory) {
    return memory == NULL ? CUDA_OK : emulated_failed(emulated_free_host(memory));
}

static void run_copy(void *argument) {
    struct copy *copy = argument;
    if (copy->from == NULL) {
        memset(copy->to, copy->value, copy->bytes);
    } else {
        memmove(copy->to, copy->from, copy->bytes);
    }
    emulated_lock();
    emulated_unpin(copy->pins[0]);
    emulated_unpin(copy->pins[1]);
    emulated_unlock();
    free(copy->staged);
    free(copy);
}

static bool fits(const void *memory, bool device_expected, enum copy_kind kind) {
    return kind == EITHER || emulated_is_device_memory(memory) == device_expected;
}

/*
 * With the lock held: pins one side. Host memory that is not pinned is staged when it is read, and makes the call wait
 * when it is written, as in CUDA.
 */
static bool pin_side(struct copy *copy, int side, const void *memory) {
    if (emulated_is_device_memory(memory)) {
        copy->pins[side] = emulated_pin(NO_DEVICE, memory, copy->bytes, "cudaMemcpyAsync");
        return true;
    }
    copy->pins[side] = emulated_pin_host(memory);
    return copy->pins[side] != NULL;
}

static int submit_copy(void *to, const void *from, size_t bytes, struct stream *stream) {
    struct copy *copy = emulated_allocate(sizeof *copy);
    copy->to = to;
    copy->from = from;
    copy->bytes = bytes;
    bool waits = !pin_side(copy, 0, to);
    if (!pin_side(copy, 1, from)) {
        copy->staged = emulated_allocate(bytes);
        memcpy(copy->staged, from, bytes);
        copy->from = copy->staged;
    }
    emulated_append(stream, run_copy, copy);
    if (waits) {
        emulated_await_stream(stream);
    }
    return CUDA_OK;
}

int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *stream_handle) {
    int failure = emulated_startup_error();
    int code;
    if (failure != CUDA_OK) {
        return emulated_failed(failure);
    }
    emulated_lock();
    struct stream *stream = emulated_stream(stream_handle, "cudaMemcpyAsync");
    int device = emulated_device_of_stream(stream);
    failure = emulated_sticky_error(device);
    if (failure == CUDA_OK && emulated_strikes("COPY_ERROR", device, &code)) {
        failure = code;
    }
    bool valid = kind >= HOST_TO_HOST && kind <= EITHER
              && fits(to, kind == HOST_TO_DEVICE || kind == DEVICE_TO_DEVICE, (enum copy_kind)kind)
              && fits(from, kind == DEVICE_TO_HOST || kind == DEVICE_TO_DEVICE, (enum copy_kind)kind);
    if (failure == CUDA_OK && !valid && bytes != 0) {
        failure = CUDA_INVALID_VALUE;
    }
    if (failure == CUDA_OK && bytes != 0) {
        failure = submit_copy(to, from, bytes, stream);
    }
    emulated_unlock();
    return emulated_failed(failure);
}

int cudaMemsetAsync(void *to, int value, size_t bytes, void *stream_handle) {
    int failure = emulated_startup_error();
    if (failure != CUDA_OK) {
        return emulated_failed(failure);
    }
    emulated_lock();
    struct stream *stream = emulated_stream(stream_handle, "cudaMemsetAsync");
    failure = emulated_sticky_error(emulated_device_of_stream(stream));
    if (failure == CUDA_OK && bytes != 0) {
        struct copy *copy = emulated_allocate(sizeof *copy);
        copy->to = to;
        copy->value = value;
        copy->bytes = bytes;
        copy->pins[0] = emulated_pin(NO_DEVICE, to, bytes, "cudaMemsetAsync");
        emulated_append(stream, run_copy, copy);
    }
    emulated_unlock();
    return emulated_failed(failure);
}
