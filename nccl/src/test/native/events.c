/* Events: a mark in a stream. One that was never recorded counts as reached, as in CUDA. */
#include "cuda_api.h"
#include "faults.h"
#include "rules.h"
#include "streams.h"

#include <stdlib.h>

enum { KNOWN_EVENT_FLAGS = 7 };

struct event {
    int device;
    int users; /* the handle, and each mark and wait under way */
    uint64_t recorded;
    uint64_t reached;
    pthread_cond_t changed;
};

/* One recording of an event: what a stream's work carries. */
struct mark {
    struct event *event;
    uint64_t number;
};

static void leave(struct event *event) {
    if (--event->users == 0) {
        pthread_cond_destroy(&event->changed);
        free(event);
    }
}

static void reach(struct event *event, uint64_t number) {
    if (number > event->reached) {
        event->reached = number;
        pthread_cond_broadcast(&event->changed);
    }
}

static void await(struct event *event, uint64_t number) {
    while (event->reached < number) {
        emulated_wait(&event->changed);
    }
}

static struct mark *mark_of(struct event *event) {
    struct mark *mark = emulated_allocate(sizeof *mark);
    mark->event = event;
    mark->number = event->recorded;
    event->users++;
    return mark;
}

static void run_mark(void *argument) {
    struct mark *mark = argument;
    emulated_lock();
    reach(mark->event, mark->number);
    leave(mark->event);
    emulated_unlock();
    free(mark);
}

static void run_wait(void *argument) {
    struct mark *mark = argument;
    emulated_lock();
    await(mark->event, mark->number);
    leave(mark->event);
    emulated_unlock();
    free(mark);
}

int cudaEventCreateWithFlags(void **handle, unsigned flags) {
    int failure = emulated_startup_error();
    int device = emulated_current_device();
    failure = failure != CUDA_OK ? failure : emulated_sticky_error(device);
    if (failure == CUDA_OK && flags > KNOWN_EVENT_FLAGS) {
        failure = CUDA_INVALID_VALUE;
    }
    if (failure != CUDA_OK) {
        return emulated_failed(failure);
    }
    struct event *event = emulated_allocate(sizeof *event);
    event->device = device;
    event->users = 1;
    pthread_cond_init(&event->changed, NULL);
    emulated_lock();
    *handle = emulated_handle_new(EVENT_HANDLE, event);
    emulated_unlock();
    return CUDA_OK;
}

int cudaEventCreate(void **handle) {
    return cudaEventCreateWithFlags(handle, 0);
}

int cudaEventRecord(void *handle, void *stream_handle) {
    emulated_lock();
    struct event *event = emulated_handle_find(EVENT_HANDLE, handle, "cudaEventRecord");
    struct stream *stream = emulated_stream(stream_handle, "cudaEventRecord");
    int device = event->device;
    if (stream == NULL || emulated_device_of_stream(stream) != device) {
        emulated_violated("right-device", "cudaEventRecord: event of device %d on a stream of another", device);
    }
    event->recorded++;
    if (emulated_stream_idle(stream)) {
        reach(event, event->recorded);
    } else {
        emulated_append(stream, run_mark, mark_of(event));
    }
    emulated_unlock();
    return emulated_failed(emulated_sticky_error(device));
}

/* With the lock held: counts a look at an event, and breaks the device when its time has come. */
static int count_look(int device) {
    int code;
    if (emulated_strikes_on("STREAM_ERROR", device, &code)) {
        emulated_set_sticky_error(device, code);
    }
    return emulated_sticky_error(device);
}

int cudaEventQuery(void *handle) {
    emulated_lock();
    struct event *event = emulated_handle_find(EVENT_HANDLE, handle, "cudaEventQuery");
    bool reached = event->reached >= event->recorded;
    int failure = count_look(event->device);
    emulated_unlock();
    return failure != CUDA_OK ? emulated_failed(failure) : reached ? CUDA_OK : CUDA_NOT_READY;
}

int cudaEventSynchronize(void *handle) {
    emulated_lock();
    struct event *event = emulated_handle_find(EVENT_HANDLE, handle, "cudaEventSynchronize");
    int failure = count_look(event->device);
    if (failure == CUDA_OK) {
        event->users++;
        await(event, event->recorded);
        leave(event);
    }
    emulated_unlock();
    return emulated_failed(failure);
}

int cudaEventDestroy(void *handle) {
    emulated_lock();
    struct event *event = emulated_handle_find(EVENT_HANDLE, handle, "cudaEventDestroy");
    int device = event->device;
    bool pending = event->reached < event->recorded;
    emulated_handle_end(handle);
    leave(event);
    emulated_unlock();
    if (pending) {
        emulated_check_free(device, "cudaEventDestroy of a pending event");
    }
    return emulated_failed(emulated_sticky_error(device));
}

int cudaStreamWaitEvent(void *stream_handle, void *handle, unsigned flags) {
    if (flags > 1) {
        return emulated_failed(CUDA_INVALID_VALUE);
    }
    emulated_lock();
    struct event *event = emulated_handle_find(EVENT_HANDLE, handle, "cudaStreamWaitEvent");
    struct stream *stream = emulated_stream(stream_handle, "cudaStreamWaitEvent");
    if (stream != NULL && event->reached < event->recorded) {
        emulated_append(stream, run_wait, mark_of(event));
    }
    int device = stream == NULL ? NO_DEVICE : emulated_device_of_stream(stream);
    emulated_unlock();
    return emulated_failed(emulated_sticky_error(device));
}
