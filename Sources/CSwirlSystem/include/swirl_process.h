// The process as a whole: what holds of it, and what programs set up, which a library must not do by itself.
#pragma once

// As many open files as the process may have. The limit, or a negative error number.
static inline int64_t swirl_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : (int64_t)limit.rlim_cur;
}

// How many open files the process may have, and entries a list for poll(2). Negative: an error number.
static inline int64_t swirl_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

// The kernel's release: 5010 for 5.10. 0 when it cannot be told.
static inline int32_t swirl_kernel_release(void) {
    struct utsname name;
    int32_t numbers[2] = {0, 0}, at = 0;
    if (uname(&name) < 0) return 0;
    for (const char *c = name.release; at < 2 && (*c == '.' || (*c >= '0' && *c <= '9')); c++) {
        if (*c == '.') at++;
        else numbers[at] = numbers[at] * 10 + *c - '0';
    }
    return numbers[0] * 1000 + numbers[1];
}

// The time of day, in seconds since 1970.
static inline int64_t swirl_realtime_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
// Whether there is certainly no other thread than this one. Only this one could change that.
static inline bool swirl_is_only_thread(void) { return __libc_single_threaded; }
#else
static inline bool swirl_is_only_thread(void) { return false; }
#endif
