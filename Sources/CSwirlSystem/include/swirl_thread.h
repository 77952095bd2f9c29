#pragma once
#include <sched.h>

// The loop that runs on this thread, read on every operation: one load relative to the thread pointer, where a plain
// thread-local in a library costs a call to __tls_get_addr (9 % of a task switch).
extern __thread void *swirl_current_loop_ __attribute__((tls_model("initial-exec")));
static inline void *swirl_current_loop(void) { return swirl_current_loop_; }
static inline void swirl_set_current_loop(void *loop) { swirl_current_loop_ = loop; }

// Whether the task that this thread is making begins isolated to nothing; see Loop+Tasks.swift.
extern __thread bool swirl_launching_nonisolated_ __attribute__((tls_model("initial-exec")));
static inline bool swirl_is_launching_nonisolated(void) { return swirl_launching_nonisolated_; }
static inline void swirl_set_launching_nonisolated(bool is) { swirl_launching_nonisolated_ = is; }

// The Swift task that runs on this thread, or NULL. Exported by the runtime; see SwiftTask.swift for how it is checked.
__attribute__((swiftcall)) extern void *swift_task_getCurrent(void);
static inline void *swirl_current_task(void) { return swift_task_getCurrent(); }

__attribute__((swiftcall)) extern bool swift_task_isCancelled(void *task);
static inline bool swirl_task_is_cancelled(void *task) { return swift_task_isCancelled(task); }

// Asks for a cache line that will be needed soon. Of any address: a prefetch never faults.
static inline void swirl_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

// Signals: see swirl_signals.c.
int32_t swirl_watch_signal(int signal, int event_fd, bool once);

// A condition whose waits go by the monotonic clock, and a wait on it for so long at most.
static inline void swirl_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

static inline void swirl_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t nanoseconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec += nanoseconds % 1000000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_cond_timedwait(condition, mutex, &until);
}

// Whether this is the thread that the process began with: the one that Ctrl-C is for.
static inline bool swirl_is_main_thread(void) { return syscall(SYS_gettid) == getpid(); }

// Dispatch's main queue, for a loop that has the main thread: the eventfd that tells of work in it, or -1, and doing what is
// there. On the main thread only.
int swirl_main_queue_event(void);
void swirl_do_main_queue(void);

// Whether the environment asks for debug mode: SWIRL_DEBUG is set and neither empty nor 0.
static inline bool swirl_debug_is_wanted(void) {
    const char *value = getenv("SWIRL_DEBUG");
    return value && *value && !(value[0] == '0' && value[1] == 0);
}

// The loop that was made current on this thread: an object that the thread holds, and `release` lets go when it ends.
void *swirl_chosen_loop(void);
bool swirl_set_chosen_loop(void *object, void (*release)(void *));

// A retain and a release of a Swift object that the optimizer cannot pair up.
void swirl_hold(void *object);
void swirl_let_go(void *object);

// For tests of who runs first: the processor that the calling thread is on, staying there, and letting everybody else that
// runs there go first. glibc hides the functions of these names from Swift.
static inline long swirl_processor(void) {
    unsigned processor = 0;
    syscall(SYS_getcpu, &processor, NULL, NULL);
    return processor;
}
static inline void swirl_stay_on(long processor) {
    unsigned long set[16] = {0};
    if (processor < 1024) set[processor / 64] = 1ul << processor % 64;
    syscall(SYS_sched_setaffinity, 0, sizeof set, set);
}
static inline void swirl_give_way(void) {
    struct sched_param none = {0};
    syscall(SYS_sched_setscheduler, 0, 5 /* SCHED_IDLE */, &none);
}
