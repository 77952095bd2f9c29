// What belongs to the thread that a loop runs on, or that works for one.
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

// The loop that was made current on this thread: an object that the thread holds, and `release` lets go when it ends.
void *swirl_chosen_loop(void);
bool swirl_set_chosen_loop(void *object, void (*release)(void *));
