// The system calls that each message of a stream costs, without the C library's functions around them: receive, send, and the
// wait of a readiness backend.
//
// A kernel that returns by way of «safe RET» (AMD's answer to speculative return stack overflow), or that nests its calls as
// deep as a send over loopback does, leaves nothing of ours on the processor's stack of return addresses: after a system call
// each `ret` on the way out is predicted wrong, at some 25 cycles. One function less around the call is one of these less, and
// the result comes as a negative error number anyway. liburing makes its system calls the same way.
//
// Elsewhere, and under sanitizers, which watch the C library's functions, these are the C library's.

#define SWIRL_INLINED static inline __attribute__((always_inline))

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SWIRL_WATCHED 1
#endif
#endif

#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(__ILP32__) && !defined(SWIRL_WATCHED)
#define SWIRL_DIRECT_CALLS 1
#endif

#if SWIRL_DIRECT_CALLS && defined(__x86_64__)
SWIRL_INLINED int64_t swirl_direct_call(long number, long a, long b, long c, long d, long e) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = 0;
    int64_t result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#elif SWIRL_DIRECT_CALLS
SWIRL_INLINED int64_t swirl_direct_call(long number, long a, long b, long c, long d, long e) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
    return x0;
}
#endif

SWIRL_INLINED int64_t swirl_direct_recv(int fd, void *bytes, size_t count, int flags) {
#if SWIRL_DIRECT_CALLS
    return swirl_direct_call(SYS_recvfrom, fd, (long)bytes, (long)count, flags, 0);
#else
    return SWIRL_RESULT(recv(fd, bytes, count, flags));
#endif
}

SWIRL_INLINED int64_t swirl_direct_send(int fd, const void *bytes, size_t count, int flags) {
#if SWIRL_DIRECT_CALLS
    return swirl_direct_call(SYS_sendto, fd, (long)bytes, (long)count, flags, 0);
#else
    return SWIRL_RESULT(send(fd, bytes, count, flags));
#endif
}

// The kernel may write into `span`.
SWIRL_INLINED int64_t swirl_direct_poll(struct pollfd *descriptors, size_t count, struct timespec *span) {
#if SWIRL_DIRECT_CALLS
    return swirl_direct_call(SYS_ppoll, (long)descriptors, (long)count, (long)span, 0, 8);
#else
    return SWIRL_RESULT(ppoll(descriptors, count, span, NULL));
#endif
}

SWIRL_INLINED int64_t swirl_direct_epoll(int epoll, struct epoll_event *events, int count, int milliseconds) {
#if SWIRL_DIRECT_CALLS && defined(SYS_epoll_wait)
    return swirl_direct_call(SYS_epoll_wait, epoll, (long)events, count, milliseconds, 0);
#elif SWIRL_DIRECT_CALLS
    return swirl_direct_call(SYS_epoll_pwait, epoll, (long)events, count, milliseconds, 0);
#else
    return SWIRL_RESULT(epoll_wait(epoll, events, count, milliseconds));
#endif
}
