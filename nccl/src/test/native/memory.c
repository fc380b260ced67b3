/* Memory of devices: host memory at addresses that are not soon used again, counted for each device. */
#define _GNU_SOURCE
#include "memory.h"
#include "faults.h"
#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

/* Addresses kept for a device: many times its memory, so that a freed address stays unused for long. */
static const size_t RANGE_BYTES = (size_t)16 << 30;

struct allocation {
    struct allocation *next; /* by rising address */
    char *start;
    size_t bytes;
    size_t mapped;
    int device;
    int pins;
    bool freed_in_order; /* cudaFreeAsync was called: work that is submitted later may not use it */
};

struct range {
    char *base;
    size_t next;
    size_t highest;
    struct allocation *allocations;
};

static struct range ranges[MAX_DEVICES];
static struct allocation *host_allocations;

static size_t whole_pages(size_t bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static size_t range_bytes(int device) {
    size_t wanted = 4 * emulated_device(device)->bytes;
    return whole_pages(wanted > RANGE_BYTES ? wanted : RANGE_BYTES);
}

/* The first gap at or after `from`; its place in the list is left in *place. */
static bool find_gap(struct range *range, size_t limit, size_t from, size_t bytes, size_t *at,
                     struct allocation ***place) {
    size_t candidate = from;
    *place = &range->allocations;
    while (**place != NULL) {
        struct allocation *other = **place;
        size_t start = (size_t)(other->start - range->base);
        if (start >= candidate && start - candidate >= bytes) {
            break;
        }
        if (start + other->mapped > candidate) {
            candidate = start + other->mapped;
        }
        *place = &other->next;
    }
    *at = candidate;
    return candidate + bytes <= limit;
}

static struct allocation *allocate(int device, size_t bytes) {
    struct range *range = &ranges[device];
    size_t limit = range_bytes(device);
    size_t mapped = whole_pages(bytes);
    size_t at;
    struct allocation **place;
    if (range->base == NULL) {
        void *base = mmap(NULL, limit, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base == MAP_FAILED) {
            return NULL;
        }
        range->base = base;
    }
    if (!find_gap(range, limit, range->next, mapped, &at, &place) && !find_gap(range, limit, 0, mapped, &at, &place)) {
        return NULL;
    }
    if (mprotect(range->base + at, mapped, PROT_READ | PROT_WRITE) != 0) {
        return NULL;
    }
    range->next = at + mapped;
    range->highest = range->next > range->highest ? range->next : range->highest;
    struct allocation *allocation = emulated_allocate(sizeof *allocation);
    allocation->start = range->base + at;
    allocation->bytes = bytes;
    allocation->mapped = mapped;
    allocation->device = device;
    allocation->next = *place;
    *place = allocation;
    emulated_device(device)->used += bytes;
    return allocation;
}

static void release(struct allocation *allocation) {
    struct allocation **place = &ranges[allocation->device].allocations;
    while (*place != allocation) {
        place = &(*place)->next;
    }
    *place = allocation->next;
    emulated_device(allocation->device)->used -= allocation->bytes;
    mmap(allocation->start, allocation->mapped, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    free(allocation);
}

static struct range *range_of(const void *pointer, int *device) {
    for (int i = 0; i < MAX_DEVICES; i++) {
        if (ranges[i].base != NULL && (const char *)pointer >= ranges[i].base
            && (const char *)pointer < ranges[i].base + range_bytes(i)) {
            *device = i;
            return &ranges[i];
        }
    }
    return NULL;
}

static struct allocation *containing(struct allocation *list, const void *pointer) {
    for (struct allocation *a = list; a != NULL; a = a->next) {
        if ((const char *)pointer >= a->start && (const char *)pointer < a->start + a->bytes) {
            return a;
        }
    }
    return NULL;
}

bool emulated_is_device_memory(const void *pointer) {
    int device;
    return range_of(pointer, &device) != NULL;
}

struct allocation *emulated_pin(int device, const void *start, size_t bytes, const char *call) {
    int of_device = NO_DEVICE;
    struct range *range = range_of(start, &of_device);
    if (range == NULL) {
        emulated_violated("device-memory", "%s: %p is not device memory", call, start);
    }
    if (device != NO_DEVICE && of_device != device) {
        emulated_violated("device-memory", "%s: %p is memory of device %d, not of %d", call, start, of_device, device);
    }
    struct allocation *allocation = containing(range->allocations, start);
    if (allocation == NULL || allocation->freed_in_order) {
        bool was_used = allocation != NULL || (const char *)start < range->base + range->highest;
        emulated_violated(was_used ? "use-after-free" : "device-memory", "%s: %p is %s device memory", call, start,
                          was_used ? "freed" : "unallocated");
    }
    if (bytes > allocation->bytes - (size_t)((const char *)start - allocation->start)) {
        emulated_violated("device-memory", "%s: %zu bytes at %p go beyond the allocation of %zu bytes at %p", call,
                          bytes, start, allocation->bytes, (void *)allocation->start);
    }
    allocation->pins++;
    return allocation;
}

struct allocation *emulated_pin_host(const void *start) {
    struct allocation *allocation = containing(host_allocations, start);
    if (allocation != NULL) {
        allocation->pins++;
    }
    return allocation;
}

void emulated_unpin(struct allocation *allocation) {
    if (allocation != NULL) {
        allocation->pins--;
    }
}

/* With the lock held. */
static int allocate_device(void **memory, size_t bytes, int device) {
    long most = emulated_number("OUT_OF_MEMORY_AFTER", device, -1);
    struct device *of = emulated_device(device);
    struct allocation *allocation = NULL;
    if (bytes <= of->bytes - of->used && (most < 0 || of->used + bytes <= (size_t)most)) {
        allocation = allocate(device, bytes);
    }
    *memory = allocation == NULL ? NULL : allocation->start;
    return allocation == NULL ? CUDA_MEMORY_ALLOCATION : CUDA_OK;
}

int emulated_allocate_device(void **memory, size_t bytes, int device) {
    if (bytes == 0) {
        *memory = NULL;
        return CUDA_OK;
    }
    emulated_lock();
    int failure = allocate_device(memory, bytes, device);
    emulated_unlock();
    return failure;
}

/* With the lock held: the allocation that starts at `pointer`, which nothing may be using. */
static struct allocation *freeable(void *pointer, const char *call) {
    int device = NO_DEVICE;
    struct range *range = range_of(pointer, &device);
    struct allocation *allocation = range == NULL ? NULL : containing(range->allocations, pointer);
    if (range != NULL && (allocation == NULL || allocation->freed_in_order)) {
        emulated_violated("use-after-free", "%s: %p is freed already", call, pointer);
    }
    return allocation != NULL && allocation->start == pointer ? allocation : NULL;
}

int emulated_device_of(void *pointer, const char *call) {
    emulated_lock();
    struct allocation *allocation = freeable(pointer, call);
    int device = allocation == NULL ? NO_DEVICE : allocation->device;
    emulated_unlock();
    return device;
}

void emulated_require_unused(void *pointer, const char *call) {
    emulated_lock();
    struct allocation *allocation = freeable(pointer, call);
    if (allocation != NULL && allocation->pins != 0) {
        emulated_violated("memory-in-use", "%s: %p is used by %d pieces of work", call, pointer, allocation->pins);
    }
    emulated_unlock();
}

void emulated_free_device(void *pointer, const char *call) {
    emulated_lock();
    struct allocation *allocation = freeable(pointer, call);
    if (allocation != NULL) {
        release(allocation);
    }
    emulated_unlock();
}

struct allocation *emulated_free_in_order(void *pointer, const char *call) {
    struct allocation *allocation = freeable(pointer, call);
    if (allocation != NULL) {
        allocation->freed_in_order = true;
    }
    return allocation;
}

void emulated_freed_in_order(struct allocation *allocation) {
    emulated_lock();
    if (allocation->pins != 0) {
        emulated_violated("memory-in-use", "cudaFreeAsync: %p is used by %d pieces of work of other streams",
                          (void *)allocation->start, allocation->pins);
    }
    release(allocation);
    emulated_unlock();
}

int emulated_allocate_host(void **memory, size_t bytes) {
    struct allocation *allocation = emulated_allocate(sizeof *allocation);
    void *start = mmap(NULL, whole_pages(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        free(allocation);
        return CUDA_MEMORY_ALLOCATION;
    }
    allocation->start = start;
    allocation->bytes = bytes;
    allocation->mapped = whole_pages(bytes);
    emulated_lock();
    allocation->next = host_allocations;
    host_allocations = allocation;
    emulated_unlock();
    *memory = start;
    return CUDA_OK;
}

int emulated_free_host(void *memory) {
    emulated_lock();
    struct allocation **place = &host_allocations;
    while (*place != NULL && (*place)->start != memory) {
        place = &(*place)->next;
    }
    struct allocation *allocation = *place;
    if (allocation != NULL) {
        if (allocation->pins != 0) {
            emulated_violated("memory-in-use", "cudaFreeHost: %p is used by %d copies", memory, allocation->pins);
        }
        *place = allocation->next;
    }
    emulated_unlock();
    if (allocation == NULL) {
        return CUDA_INVALID_VALUE;
    }
    munmap(allocation->start, allocation->mapped);
    free(allocation);
    return CUDA_OK;
}
