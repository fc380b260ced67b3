/* Loopback sockets; every wait also ends when `wake_fd` becomes readable. */
#ifndef ORRERY_SOCKETS_H
#define ORRERY_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

enum { NO_SOCKET = -1 };

int emulated_listen(int *port);
/* Connects; NO_SOCKET when refused. */
int emulated_connect(int port);
int emulated_accept(int listener, int wake_fd);
bool emulated_write_all(int fd, const void *data, size_t bytes, int wake_fd);
bool emulated_read_all(int fd, void *data, size_t bytes, int wake_fd);

#endif
