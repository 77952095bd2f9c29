#pragma once

static inline int64_t swirl_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int32_t swirl_eventfd(void) { return (int32_t)SWIRL_RESULT(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

// Adds 1; 0, or a negative error number. A counter that is full (EAGAIN) is emptied first: where nobody reads it, only a
// write that succeeds is an edge (WAK-02).
static inline int32_t swirl_eventfd_signal(int fd) {
    uint64_t one = 1, count;
    int64_t result;
    while ((result = SWIRL_RESULT(write(fd, &one, sizeof one))) == -EINTR || result == -EAGAIN) {
        if (result == -EAGAIN) (void)!read(fd, &count, sizeof count);
    }
    return result > 0 ? 0 : (int32_t)result;
}

// Lets the processor run other threads that are ready and wait for it, if there are any, for some milliseconds at most.
static inline void swirl_let_others_run(void) { sched_yield(); }

static inline int32_t swirl_epoll_create(void) { return (int32_t)SWIRL_RESULT(epoll_create1(EPOLL_CLOEXEC)); }

static inline int32_t swirl_epoll_ctl(int epoll, int operation, int fd, uint32_t events, uint64_t cookie) {
    struct epoll_event event = {.events = events, .data.u64 = cookie};
    return (int32_t)SWIRL_RESULT(epoll_ctl(epoll, operation, fd, &event));
}

// `timeout` in nanoseconds, negative for ever. Kernels before 5.11 lack epoll_pwait2: milliseconds, rounded up (TIM-01).
SWIRL_INLINED int32_t swirl_epoll_wait(int epoll, struct epoll_event *events, int count, int64_t timeout) {
    if (timeout <= 0) return (int32_t)swirl_direct_epoll(epoll, events, count, timeout < 0 ? -1 : 0);
    struct timespec span = {timeout / 1000000000, timeout % 1000000000};
    int64_t result = SWIRL_RESULT(syscall(SYS_epoll_pwait2, epoll, events, count, &span, NULL, 8));
    if (result != -ENOSYS) return (int32_t)result;
    int64_t milliseconds = (timeout + 999999) / 1000000;
    return (int32_t)SWIRL_RESULT(epoll_wait(epoll, events, count, milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds));
}

// `timeout` as above.
SWIRL_INLINED int32_t swirl_poll(struct pollfd *descriptors, size_t count, int64_t timeout) {
    struct timespec span = {timeout / 1000000000, timeout % 1000000000};
    return (int32_t)swirl_direct_poll(descriptors, count, timeout < 0 ? NULL : &span);
}

// Whether a descriptor is ready for any of `events` now, or has failed: then a plain call does not wait for a peer.
static inline bool swirl_is_ready(int fd, int16_t events) {
    struct pollfd entry = {.fd = fd, .events = events};
    int count;
    while ((count = poll(&entry, 1, 0)) < 0 && errno == EINTR) {}
    return count != 0;
}
