#pragma once

static inline int32_t swirl_socket(int domain, int type, int protocol) {
    return (int32_t)SWIRL_RESULT(socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

SWIRL_INLINED int32_t swirl_recv(int fd, void *bytes, size_t count) {
    if (count > SWIRL_TRANSFER_BYTES_MAX) count = SWIRL_TRANSFER_BYTES_MAX;
    return (int32_t)swirl_direct_recv(fd, bytes, count, MSG_DONTWAIT);
}

SWIRL_INLINED int32_t swirl_send(int fd, const void *bytes, size_t count) {
    if (count > SWIRL_TRANSFER_BYTES_MAX) count = SWIRL_TRANSFER_BYTES_MAX;
    return (int32_t)swirl_direct_send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static inline int32_t swirl_sendmsg(int fd, const struct msghdr *message) {
    return (int32_t)SWIRL_RESULT(sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static inline int32_t swirl_accept(int fd) {
    return (int32_t)SWIRL_RESULT(accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static inline int32_t swirl_connect(int fd, const void *address, size_t length) {
    return (int32_t)SWIRL_RESULT(connect(fd, (const struct sockaddr *)address, (socklen_t)length));
}

// What a connect that had to wait came to: SO_ERROR, which reading clears.
static inline int32_t swirl_connect_result(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    int64_t result = SWIRL_RESULT(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length));
    return result < 0 ? (int32_t)result : -error;
}

static inline int32_t swirl_bind(int fd, const void *address, size_t length) {
    return (int32_t)SWIRL_RESULT(bind(fd, (const struct sockaddr *)address, (socklen_t)length));
}

static inline int32_t swirl_listen(int fd, int backlog) { return (int32_t)SWIRL_RESULT(listen(fd, backlog)); }
static inline int32_t swirl_shutdown(int fd, int how) { return (int32_t)SWIRL_RESULT(shutdown(fd, how)); }

static inline int32_t swirl_setsockopt(int fd, int level, int name, const void *value, size_t length) {
    return (int32_t)SWIRL_RESULT(setsockopt(fd, level, name, value, (socklen_t)length));
}

static inline int32_t swirl_getsockopt(int fd, int level, int name, void *value, size_t length) {
    socklen_t got = (socklen_t)length;
    int64_t result = SWIRL_RESULT(getsockopt(fd, level, name, value, &got));
    return result < 0 ? (int32_t)result : (int32_t)got;
}

static inline int32_t swirl_getsockname(int fd, void *address, size_t length) {
    socklen_t got = (socklen_t)length;
    int64_t result = SWIRL_RESULT(getsockname(fd, (struct sockaddr *)address, &got));
    return result < 0 ? (int32_t)result : (int32_t)got;
}

static inline int32_t swirl_getpeername(int fd, void *address, size_t length) {
    socklen_t got = (socklen_t)length;
    int64_t result = SWIRL_RESULT(getpeername(fd, (struct sockaddr *)address, &got));
    return result < 0 ? (int32_t)result : (int32_t)got;
}

// Addresses and their text: 1 when the text is an address; the text, or NULL. No system call.
static inline int swirl_address_from_text(int domain, const char *text, void *address) { return inet_pton(domain, text, address); }
static inline const char *swirl_address_to_text(int domain, const void *address, char *text, size_t length) {
    return inet_ntop(domain, address, text, (socklen_t)length);
}
