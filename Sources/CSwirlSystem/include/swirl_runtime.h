// What the Swift runtime exports, and the language does not say.
#pragma once

// The Swift task that runs on this thread, or NULL. See SwiftTask.swift for how it is checked.
__attribute__((swiftcall)) extern void *swift_task_getCurrent(void);
static inline void *swirl_current_task(void) { return swift_task_getCurrent(); }

__attribute__((swiftcall)) extern bool swift_task_isCancelled(void *task);
static inline bool swirl_task_is_cancelled(void *task) { return swift_task_isCancelled(task); }

__attribute__((swiftcall)) extern void swift_task_cancel(void *task);
static inline void swirl_cancel_task(void *task) { swift_task_cancel(task); }

// A retain and a release of a Swift object that the optimizer cannot pair up.
void swirl_hold(void *object);
void swirl_let_go(void *object);

// A retain that fails once the object's last reference is gone. Its memory must be kept by an unowned reference.
bool swirl_try_hold(void *object);

// Asks for a cache line that will be needed soon. Of any address: a prefetch never faults.
static inline void swirl_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
