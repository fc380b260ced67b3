#define _GNU_SOURCE
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static int new_socket(int flags) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) {
        perror("emulation: socket");
        abort();
    }
    return fd;
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* Not blocking, as who connected may have gone again before it is accepted. */
int emulated_listen(int *port) {
    int fd = new_socket(SOCK_NONBLOCK);
    struct sockaddr_in address = loopback(0);
    socklen_t bytes = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0
        || getsockname(fd, (struct sockaddr *)&address, &bytes) != 0) {
        perror("emulation: listen");
        abort();
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static void send_at_once(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int emulated_connect(int port) {
    int fd = new_socket(0);
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return NO_SOCKET;
    }
    send_at_once(fd);
    return fd;
}

/* False when woken. */
static bool await(int fd, short events, int wake_fd) {
    struct pollfd fds[2] = {{wake_fd, POLLIN, 0}, {fd, events, 0}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR) {
    }
    return fds[0].revents == 0;
}

int emulated_accept(int listener, int wake_fd) {
    if (!await(listener, POLLIN, wake_fd)) {
        return NO_SOCKET;
    }
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        send_at_once(fd);
    }
    return fd < 0 ? NO_SOCKET : fd;
}

bool emulated_write_all(int fd, const void *data, size_t bytes, int wake_fd) {
    size_t done = 0;
    while (done < bytes) {
        if (!await(fd, POLLOUT, wake_fd)) {
            return false;
        }
        ssize_t moved = send(fd, (const char *)data + done, bytes - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (moved < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        done += moved > 0 ? (size_t)moved : 0;
    }
    return true;
}

bool emulated_read_all(int fd, void *data, size_t bytes, int wake_fd) {
    size_t done = 0;
    while (done < bytes) {
        if (!await(fd, POLLIN, wake_fd)) {
            return false;
        }
        ssize_t moved = recv(fd, (char *)data + done, bytes - done, MSG_DONTWAIT);
        if (moved == 0 || (moved < 0 && errno != EAGAIN && errno != EINTR)) {
            return false;
        }
        done += moved > 0 ? (size_t)moved : 0;
    }
    return true;
}
