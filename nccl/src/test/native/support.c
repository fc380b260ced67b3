/* The lock, threads, time, and handles. */
#define _GNU_SOURCE
#include "emulation.h"
#include "rules.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BUCKETS = 1024, STACK_BYTES = 512 * 1024 };

/* Not a canonical address: no memory is ever there, and it says what kind of thing it stands for. */
#define HANDLE_BASE UINT64_C(0x0E00000000000000)
#define HANDLE_KIND_SHIFT 48
#define HANDLE_SERIAL_SHIFT 4

struct handle {
    uint64_t value;
    void *object;
    struct handle *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct handle *handles[BUCKETS];
static uint64_t serials;
static free_check checks_free;

void emulated_lock(void) {
    pthread_mutex_lock(&lock);
}

void emulated_unlock(void) {
    pthread_mutex_unlock(&lock);
}

void emulated_wait(pthread_cond_t *condition) {
    pthread_cond_wait(condition, &lock);
}

static const char *kind_name(enum handle_kind kind) {
    return kind == STREAM_HANDLE ? "stream" : kind == EVENT_HANDLE ? "event" : "communicator";
}

static struct handle **place_of(uint64_t value) {
    struct handle **place = &handles[(value >> HANDLE_SERIAL_SHIFT) % BUCKETS];
    while (*place != NULL && (*place)->value != value) {
        place = &(*place)->next;
    }
    return place;
}

void *emulated_handle_new(enum handle_kind kind, void *object) {
    struct handle *handle = emulated_allocate(sizeof *handle);
    handle->value = HANDLE_BASE | (uint64_t)kind << HANDLE_KIND_SHIFT | ++serials << HANDLE_SERIAL_SHIFT;
    handle->object = object;
    struct handle **place = place_of(handle->value);
    *place = handle;
    return (void *)(uintptr_t)handle->value;
}

void *emulated_handle_find(enum handle_kind kind, const void *handle, const char *call) {
    uint64_t value = (uint64_t)(uintptr_t)handle;
    struct handle *found = *place_of(value);
    bool of_kind = value >> HANDLE_KIND_SHIFT == (HANDLE_BASE >> HANDLE_KIND_SHIFT | (uint64_t)kind);
    if (found == NULL || !of_kind) {
        emulated_violated("use-after-free", "%s: %p is %s %s", call, handle,
                          of_kind ? "an ended" : "no", kind_name(kind));
    }
    return found->object;
}

bool emulated_handle_alive(const void *handle) {
    return *place_of((uint64_t)(uintptr_t)handle) != NULL;
}

void emulated_handle_end(const void *handle) {
    struct handle **place = place_of((uint64_t)(uintptr_t)handle);
    struct handle *ended = *place;
    if (ended != NULL) {
        *place = ended->next;
        free(ended);
    }
}

void emulated_set_free_check(free_check check) {
    __atomic_store_n(&checks_free, check, __ATOMIC_RELEASE);
}

void emulated_check_free(int device, const char *call) {
    free_check check = __atomic_load_n(&checks_free, __ATOMIC_ACQUIRE);
    if (check != NULL) {
        check(device, call);
    }
}

void emulated_start_thread(pthread_t *thread, const char *name, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    sigset_t all;
    sigset_t before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(thread, &attributes, body, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failure != 0) {
        fprintf(stderr, "emulation: no thread: error %d\n", failure);
        abort();
    }
    pthread_setname_np(*thread, name);
}

uint64_t emulated_now_micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void emulated_sleep_millis(long millis) {
    struct timespec time = {millis / 1000, millis % 1000 * 1000000};
    nanosleep(&time, NULL);
}

void *emulated_allocate(size_t bytes) {
    void *memory = calloc(1, bytes == 0 ? 1 : bytes);
    if (memory == NULL) {
        fprintf(stderr, "emulation: out of memory: %zu bytes\n", bytes);
        abort();
    }
    return memory;
}
