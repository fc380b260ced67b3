/* Memory as libcudart's own files see it. */
#ifndef ORRERY_MEMORY_H
#define ORRERY_MEMORY_H

#include "emulation.h"

bool emulated_is_device_memory(const void *pointer);
int emulated_allocate_device(void **memory, size_t bytes, int device);
/* The device whose memory starts there, or NO_DEVICE. */
int emulated_device_of(void *pointer, const char *call);
void emulated_require_unused(void *pointer, const char *call);
void emulated_free_device(void *pointer, const char *call);
/* With the lock held: no work that is submitted from now on may use the memory. */
struct allocation *emulated_free_in_order(void *pointer, const char *call);
void emulated_freed_in_order(struct allocation *allocation);
/* With the lock held: pins pinned host memory; NULL when it is other memory of the host. */
struct allocation *emulated_pin_host(const void *start);
int emulated_allocate_host(void **memory, size_t bytes);
int emulated_free_host(void *memory);

#endif
