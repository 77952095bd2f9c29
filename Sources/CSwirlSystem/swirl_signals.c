// A signal becomes a mark, and a count in an eventfd, which a loop waits for like for anything else; all the signals of a loop
// have one. signalfd would need the signal blocked in every thread of the process, also in those that are not ours.
//
// The handler may be on any thread, and be preempted between looking which eventfd it is and writing to it. Meanwhile the
// loop could close that, and the number be a socket's. So whoever ends a watch waits until no handler is at work.
#include "CSwirlSystem.h"
#include <sched.h>
#include <stdatomic.h>

#define SIGNALS 65
static _Atomic int event_of[SIGNALS];       // eventfd + 1; 0: not watched
static _Atomic bool arrived[SIGNALS];      // and not taken
static _Atomic int at_work[SIGNALS];        // handlers between their first line and their last
static struct sigaction before[SIGNALS];

static void on_signal(int signal) {
    int saved = errno;
    atomic_fetch_add(&at_work[signal], 1);
    int event = atomic_load(&event_of[signal]);
    // Of those that come before the loop has looked, the first has written. write(2) is async-signal-safe.
    if (event > 0 && !atomic_exchange(&arrived[signal], true)) swirl_eventfd_signal(event - 1);
    atomic_fetch_sub(&at_work[signal], 1);
    errno = saved;
}

// A handler that comes now finds no eventfd. One that found it is on another thread, and only writes: some 100 ns, but for
// where it has been preempted.
static int32_t stop_watching(int signal) {
    if (atomic_exchange(&event_of[signal], 0) == 0) return -ENOENT;
    int32_t result = (int32_t)SWIRL_RESULT(sigaction(signal, &before[signal], NULL));
    while (atomic_load(&at_work[signal]) > 0) sched_yield();
    return result;
}

// Marks each arrival and adds to the eventfd, from now on; -1 for the eventfd restores what was before. A signal has one owner
// in the process: -EBUSY for a second one.
// With `once` only where the signal does what it did when the process began; after one arrival it does so again.
int32_t swirl_watch_signal(int signal, int event_fd, bool once) {
    if (signal <= 0 || signal >= SIGNALS) return -EINVAL;
    if (event_fd < 0) return stop_watching(signal);
    int expected = 0;
    if (!atomic_compare_exchange_strong(&event_of[signal], &expected, event_fd + 1)) return -EBUSY;
    atomic_store(&arrived[signal], false);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    if (once) action.sa_flags |= (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    int64_t result = once ? SWIRL_RESULT(sigaction(signal, NULL, &before[signal])) : 0;
    if (result == 0 && once && before[signal].sa_handler != SIG_DFL) result = -EBUSY;
    if (result == 0) result = SWIRL_RESULT(sigaction(signal, &action, &before[signal]));
    if (result < 0) atomic_store(&event_of[signal], 0);
    return (int32_t)result;
}

// Whether the signal has arrived since the last time that this was asked, or since it has been watched.
bool swirl_take_signal(int signal) {
    return signal > 0 && signal < SIGNALS && atomic_exchange(&arrived[signal], false);
}
