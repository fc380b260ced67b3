/* Streams as libcudart's own files see them. All of it with the lock held, unless it says otherwise. */
#ifndef ORRERY_STREAMS_H
#define ORRERY_STREAMS_H

#include "emulation.h"

struct stream;

/* The stream of a handle; NULL, 1 and 2 mean the current device's default stream. */
struct stream *emulated_stream(void *handle, const char *call);
int emulated_device_of_stream(const struct stream *stream);
bool emulated_stream_idle(const struct stream *stream);
void emulated_append(struct stream *stream, void (*run)(void *), void *argument);
/* Waits until all that was appended before has run. */
void emulated_await_stream(struct stream *stream);

#endif
