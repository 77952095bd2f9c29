// What programs set up for the whole process, which a library must not do by itself: for tools.
#pragma once

// As many open files as the process may have. The limit, or a negative error number.
static inline int64_t swirl_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : (int64_t)limit.rlim_cur;
}

// The time of day, in seconds since 1970.
static inline int64_t swirl_realtime_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}
