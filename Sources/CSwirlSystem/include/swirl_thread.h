#pragma once

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
int32_t swirl_watch_signal(int signal, int event_fd);
