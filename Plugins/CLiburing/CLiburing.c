#define _GNU_SOURCE
#include "CLiburing.h"

#if defined(SWIRL_URING) && !(defined(__has_include) && __has_include(<liburing.h>))
#error "The trait URing needs liburing's headers: install liburing-dev (Debian, Ubuntu) or liburing-devel (Fedora), or build without the trait: swift build --disable-default-traits"
#endif

#if defined(SWIRL_URING)
#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define SAME(ours, our_field, theirs, their_field) \
    _Static_assert(offsetof(ours, our_field) == offsetof(struct theirs, their_field), #theirs "." #their_field)
SAME(swirl_uring_submission, descriptor, io_uring_sqe, fd);
SAME(swirl_uring_submission, offset, io_uring_sqe, off);
SAME(swirl_uring_submission, length, io_uring_sqe, len);
SAME(swirl_uring_submission, user_data, io_uring_sqe, user_data);
SAME(swirl_uring_submission, limit, io_uring_sqe, splice_fd_in);
SAME(swirl_uring_completion, flags, io_uring_cqe, flags);
SAME(swirl_uring_buffer, buffer, io_uring_buf, bid);
_Static_assert(sizeof(swirl_uring_submission) == 64 && sizeof(swirl_uring_completion) == 16 && sizeof(swirl_uring_buffer) == 16, "ABI");
_Static_assert(SWIRL_OP_SOCKET == IORING_OP_SOCKET && SWIRL_OP_OPENAT2 == IORING_OP_OPENAT2 && SWIRL_OP_RECV == IORING_OP_RECV, "ABI");
_Static_assert(SWIRL_OP_POLL_ADD == IORING_OP_POLL_ADD && SWIRL_OP_CONNECT == IORING_OP_CONNECT && SWIRL_OP_WRITE == IORING_OP_WRITE, "ABI");
_Static_assert(SWIRL_SQ_HIDDEN_WORK == (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN), "ABI");

// liburing maps and unmaps rings by system calls that ThreadSanitizer does not see: it takes a ring that lies where another
// thread's has been for the same memory. So what was done to a ring that is gone comes before what is done to a new one.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
void __tsan_acquire(void *), __tsan_release(void *);
static char rings;
#define AFTER_RINGS_THAT_ARE_GONE() __tsan_acquire(&rings)
#define RING_IS_GONE() __tsan_release(&rings)
#endif
#endif
#ifndef RING_IS_GONE
#define AFTER_RINGS_THAT_ARE_GONE() ((void)0)
#define RING_IS_GONE() ((void)0)
#endif

// From the best to what kernel 5.19 knows. EINVAL is all that an old kernel says, so we ask in this order.
// Without IORING_SETUP_NO_SQARRAY: liburing 2.3 writes its array over the ring's own head and tail then.
static const uint32_t setups[] = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
};

// The kernel's own limits. More is EINVAL, which would look like a kernel that is too old.
enum { ENTRIES_MAX = 32768, COMPLETIONS_MAX = 65536 };

int32_t swirl_uring_create(swirl_uring *u, uint32_t entries, bool disabled) {
    memset(u, 0, sizeof *u);
    struct io_uring *ring = calloc(1, sizeof *ring);
    if (!ring) return -ENOMEM;
    int result = -EINVAL;
    if (entries > ENTRIES_MAX) entries = ENTRIES_MAX;
    uint32_t completions = entries > COMPLETIONS_MAX / 4 ? COMPLETIONS_MAX : 4 * entries;
    struct io_uring_params p;
    for (size_t i = 0; i < sizeof setups / sizeof *setups && result == -EINVAL; i++) {
        p = (struct io_uring_params){.flags = setups[i] | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
                                              (disabled ? IORING_SETUP_R_DISABLED : 0), .cq_entries = completions};
        result = io_uring_queue_init_params(entries, ring, &p);
    }
    if (result < 0) {
        free(ring);
        return result;
    }
    AFTER_RINGS_THAT_ARE_GONE();
    // A forked child that looked for completions would take its parent's. Without the memory it dies instead (URG-05).
    (void)io_uring_ring_dontfork(ring);
    struct io_uring_sq *sq = &ring->sq;
    struct io_uring_cq *cq = &ring->cq;
    u->library = ring, u->descriptor = u->enter_descriptor = ring->ring_fd, u->features = p.features;
    u->sq_head = sq->khead, u->sq_tail = sq->ktail, u->sq_flags = sq->kflags;
    u->submissions = (swirl_uring_submission *)sq->sqes, u->sq_entries = p.sq_entries, u->sq_mask = p.sq_entries - 1;
    u->cq_head = cq->khead, u->cq_tail = cq->ktail;
    u->completions = (const swirl_uring_completion *)cq->cqes, u->cq_mask = p.cq_entries - 1;
    u->defers = p.flags & IORING_SETUP_DEFER_TASKRUN;
    if (p.features & SWIRL_FEATURE_NO_IOWAIT) u->wait_flags |= SWIRL_ENTER_NO_IOWAIT;
    // Entry N of the queue is always submission N: with that written once, nobody touches the array again.
    for (unsigned i = 0; i < p.sq_entries; i++) sq->array[i] = i;
    return 0;
}

// Names a thread for life, unlike its number, which the kernel gives out again.
static uint64_t this_thread(void) {
    static _Atomic uint64_t last;
    static __thread uint64_t mine;
    if (!mine) mine = ++last;
    return mine;
}

int32_t swirl_uring_enable(swirl_uring *u) {
    int fd = u->descriptor;
    int32_t result = io_uring_register((unsigned)fd, SWIRL_REGISTER_ENABLE_RINGS, NULL, 0);
    if (result < 0) return result;
    // An enter on a registered ring skips looking its descriptor up: 130 ns instead of 165 for one that does nothing.
    struct io_uring_rsrc_update self = {.offset = -1u, .data = (uint64_t)fd};
    if (io_uring_register((unsigned)fd, SWIRL_REGISTER_RING_FDS, &self, 1) == 1) {
        u->owner = this_thread();
        u->enter_descriptor = (int32_t)self.offset;
        u->enter_flags = IORING_ENTER_REGISTERED_RING;
    }
    // The default lets blocked file operations start 96,365 threads.
    uint32_t workers[2] = {4, 4};
    (void)io_uring_register((unsigned)fd, SWIRL_REGISTER_IOWQ_MAX_WORKERS, workers, 2);
    // No feature bit tells of absolute deadlines; an enter that waits for nothing does.
    result = io_uring_enter2((unsigned)u->enter_descriptor, 0, 0, u->enter_flags | IORING_ENTER_GETEVENTS | SWIRL_ENTER_ABS_TIMER, NULL, 0);
    if (result >= 0) u->wait_flags |= SWIRL_ENTER_ABS_TIMER;
    return 0;
}

void swirl_uring_destroy(swirl_uring *u) {
    // The registration belongs to a thread; from another one this would end whatever ring that one has at the index.
    // When the owner has ended, the kernel has already dropped it.
    if (u->owner && u->owner == this_thread()) {
        struct io_uring_rsrc_update self = {.offset = (uint32_t)u->enter_descriptor};
        (void)io_uring_register((unsigned)u->descriptor, SWIRL_UNREGISTER_RING_FDS, &self, 1);
    }
    if (u->buffers) {
        struct io_uring_buf_reg group = {.bgid = 0};
        (void)io_uring_register((unsigned)u->descriptor, SWIRL_UNREGISTER_PBUF_RING, &group, 1);
    }
    RING_IS_GONE();
    io_uring_queue_exit(u->library);
    free(u->library);
    if (u->buffers) munmap(u->buffers, u->buffers_bytes);   // the kernel holds the pages themselves while it needs them
    u->buffers = NULL;
}

int32_t swirl_uring_provide(swirl_uring *u, uint16_t capacity) {
    size_t bytes = (capacity * sizeof *u->buffers + 4095) & ~(size_t)4095;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED) return -ENOMEM;
    (void)madvise(memory, bytes, MADV_DONTFORK);
    // `pad` is `flags` in newer headers.
    struct io_uring_buf_reg group = {.ring_addr = (uintptr_t)memory, .ring_entries = capacity, .bgid = 0};
    memcpy((char *)&group + offsetof(struct io_uring_buf_reg, bgid) + sizeof group.bgid, &(uint16_t){SWIRL_PBUF_RING_INC}, 2);
    int32_t result = io_uring_register((unsigned)u->descriptor, SWIRL_REGISTER_PBUF_RING, &group, 1);
    if (result < 0) {
        munmap(memory, bytes);
        return result;
    }
    u->buffers = memory, u->buffers_bytes = bytes;
    u->buffers_mask = (uint16_t)(capacity - 1), u->buffers_tail = 0;
    return 0;
}

// A write to a pipe that nobody reads raises SIGPIPE in the thread that submitted it (IO-06), and io_uring has no flag
// against it as send has. A ring that defers its work does so inside an enter only: there the signal is blocked around the
// enter and taken back if it came, only while such writes run.
static int32_t enter_without_sigpipe(swirl_uring *u, uint32_t submit, uint32_t want, uint32_t flags, void *argument, size_t size) {
    sigset_t pipe, before, pending;
    struct timespec none = {0};
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    int32_t result = io_uring_enter2((unsigned)u->enter_descriptor, submit, want, flags, argument, size);
    if (!sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe, NULL, &none) < 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

// A ring that does not defer (Linux 5.19 and 6.0) goes on with its requests at the end of any system call of the thread, also
// of one that is none of ours. So there the signal stays blocked from the first such write to the end of the last.
void swirl_uring_hold_sigpipe(swirl_uring *u) {
    sigset_t pipe, before, pending;
    if (u->defers) return;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    u->holds_sigpipe = true;
    u->sigpipe_was_blocked = sigismember(&before, SIGPIPE);
    u->sigpipe_was_pending = sigismember(&pending, SIGPIPE);
}

void swirl_uring_let_sigpipe_go(swirl_uring *u) {
    sigset_t pipe;
    struct timespec none = {0};
    if (!u->holds_sigpipe) return;
    u->holds_sigpipe = false;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (!u->sigpipe_was_pending)
        while (sigtimedwait(&pipe, NULL, &none) < 0 && errno == EINTR) {}
    if (!u->sigpipe_was_blocked) pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
}

int32_t swirl_uring_enter(swirl_uring *u, uint32_t submit, uint32_t want, int64_t deadline, bool without_sigpipe) {
    uint32_t flags = u->enter_flags | IORING_ENTER_GETEVENTS;
    struct __kernel_timespec span;
    struct io_uring_getevents_arg extended = {0};
    void *argument = NULL;
    size_t size = _NSIG / 8;
    if (want) flags |= u->wait_flags & SWIRL_ENTER_NO_IOWAIT;
    if (want && deadline >= 0) {
        if (!(u->wait_flags & SWIRL_ENTER_ABS_TIMER)) {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            deadline -= (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
            if (deadline < 0) deadline = 0;
        }
        span = (struct __kernel_timespec){deadline / 1000000000, deadline % 1000000000};
        extended.ts = (uintptr_t)&span;
        argument = &extended;
        size = sizeof extended;
        flags |= IORING_ENTER_EXT_ARG | (u->wait_flags & SWIRL_ENTER_ABS_TIMER);
    }
    __atomic_store_n(u->sq_tail, u->sq_next, __ATOMIC_RELEASE);
    if (without_sigpipe && u->defers) return enter_without_sigpipe(u, submit, want, flags, argument, size);
    return io_uring_enter2((unsigned)u->enter_descriptor, submit, want, flags, argument, size);
}
#endif
