// The two system calls that a stream makes for each message, without the C library's functions around them.
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
#define SWIRL_NO_DIRECT_CALLS 1
#endif
#endif

#if defined(__x86_64__) && !defined(__ILP32__) && !defined(SWIRL_NO_DIRECT_CALLS)
SWIRL_INLINED int64_t swirl_direct_call(long number, int fd, const void *bytes, size_t count, int flags) {
    register long r10 __asm__("r10") = flags;
    register long r8 __asm__("r8") = 0;
    register long r9 __asm__("r9") = 0;
    int64_t result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"((long)fd), "S"(bytes), "d"(count), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__) && !defined(__ILP32__) && !defined(SWIRL_NO_DIRECT_CALLS)
SWIRL_INLINED int64_t swirl_direct_call(long number, int fd, const void *bytes, size_t count, int flags) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = fd;
    register const void *x1 __asm__("x1") = bytes;
    register size_t x2 __asm__("x2") = count;
    register long x3 __asm__("x3") = flags;
    register long x4 __asm__("x4") = 0;
    register long x5 __asm__("x5") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
    return x0;
}
#else
SWIRL_INLINED int64_t swirl_direct_call(long number, int fd, const void *bytes, size_t count, int flags) {
    return SWIRL_RESULT(
        number == SYS_sendto ? send(fd, bytes, count, flags) : recv(fd, (void *)(uintptr_t)bytes, count, flags));
}
#endif
