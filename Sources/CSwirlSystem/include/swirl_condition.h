// A condition whose waits go by the monotonic clock.
#pragma once

static inline void swirl_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

// Waits, but not past this time. Under the lock.
static inline void swirl_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_nanoseconds) {
    if (until_nanoseconds < 0) until_nanoseconds = 0;
    struct timespec until = {until_nanoseconds / 1000000000, until_nanoseconds % 1000000000};
    pthread_cond_timedwait(condition, mutex, &until);
}
