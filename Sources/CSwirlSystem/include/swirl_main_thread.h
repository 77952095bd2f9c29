// The thread that the process began with.
#pragma once

// Whether this is that thread: the one that Ctrl-C is for.
static inline bool swirl_is_main_thread(void) { return syscall(SYS_gettid) == getpid(); }

// Dispatch's main queue, for a loop that has the main thread: the eventfd that tells of work in it, or -1, and doing what is
// there. On the main thread only.
int swirl_main_queue_event(void);
void swirl_do_main_queue(void);
