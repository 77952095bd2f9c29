#pragma once

// One ring. All of it belongs to the owner thread from swirl_uring_enable on; nothing in it is locked.
typedef struct {
    uint32_t *sq_head, *sq_tail, *sq_flags;
    swirl_uring_submission *submissions;
    uint32_t sq_mask, sq_entries, sq_next;         // sq_next: our tail, published by the next enter
    uint32_t cq_mask;
    uint32_t *cq_head, *cq_tail;
    const swirl_uring_completion *completions;
    int32_t descriptor;
    int32_t enter_descriptor;                      // the same, or its index in the thread's table
    uint32_t enter_flags;                          // REGISTERED_RING, for every enter
    uint32_t wait_flags;                           // NO_IOWAIT and ABS_TIMER, for those that may sleep
    uint32_t features;
    uint64_t owner;                                // which thread registered the ring's descriptor; 0: none
    swirl_uring_buffer *buffers;                   // the provided-buffer ring, or NULL
    size_t buffers_bytes;
    uint16_t buffers_mask, buffers_tail;
    bool defers;                                   // requests go on inside an enter only, and not after any system call
    bool holds_sigpipe, sigpipe_was_blocked, sigpipe_was_pending;
    void *library;                                 // liburing's own struct
} swirl_uring;

// What this kernel does.
typedef struct {
    uint64_t opcodes;                              // bit N: opcode N
    uint32_t features;
    bool incremental_buffers;                      // provided-buffer rings that a receive fills bit by bit
    bool receive_limit;                            // a multishot receive ends at the byte limit in sqe->optlen
} swirl_uring_facts;

int32_t swirl_uring_create(swirl_uring *u, uint32_t entries, bool disabled);
int32_t swirl_uring_enable(swirl_uring *u);
void swirl_uring_destroy(swirl_uring *u);
int32_t swirl_uring_provide(swirl_uring *u, uint16_t capacity);
int32_t swirl_uring_learn(swirl_uring_facts *facts);   // from any thread; asks the kernel once a process

// Around all writes that can raise SIGPIPE, on the owner thread; where every enter sees to it, they do nothing.
void swirl_uring_hold_sigpipe(swirl_uring *u);
void swirl_uring_let_sigpipe_go(swirl_uring *u);

// Submits `submit` of what is queued and waits for `want` completions, until `deadline` in monotonic nanoseconds (negative:
// for ever). What is unsent is always our tail minus the kernel's head, so that no error can lose the count (RES-08).
int32_t swirl_uring_enter(swirl_uring *u, uint32_t submit, uint32_t want, int64_t deadline, bool without_sigpipe);

static inline uint32_t swirl_uring_pending(const swirl_uring *u) {
    return u->sq_next - __atomic_load_n(u->sq_head, __ATOMIC_ACQUIRE);
}

// False when the queue is full: flush and ask again.
static inline bool swirl_uring_push(swirl_uring *u, swirl_uring_submission submission) {
    if (swirl_uring_pending(u) >= u->sq_entries) return false;
    u->submissions[u->sq_next & u->sq_mask] = submission;
    u->sq_next++;
    return true;
}

// Whether an enter would bring completions that no load of the tail shows: deferred work, or an overflow (RES-07).
static inline bool swirl_uring_has_hidden_work(const swirl_uring *u) {
    return __atomic_load_n(u->sq_flags, __ATOMIC_RELAXED) & SWIRL_SQ_HIDDEN_WORK;
}

static inline uint32_t swirl_uring_cq_head(const swirl_uring *u) { return *u->cq_head; }
static inline uint32_t swirl_uring_cq_tail(const swirl_uring *u) { return __atomic_load_n(u->cq_tail, __ATOMIC_ACQUIRE); }
static inline swirl_uring_completion swirl_uring_cqe(const swirl_uring *u, uint32_t at) { return u->completions[at & u->cq_mask]; }
static inline void swirl_uring_cq_advance(swirl_uring *u, uint32_t head) {
    __atomic_store_n(u->cq_head, head, __ATOMIC_RELEASE);
}

// Gives the kernel a buffer. Field by field: the ring's tail must not be overwritten with entry 0.
static inline void swirl_uring_recycle(swirl_uring *u, uint16_t buffer, void *bytes, size_t count) {
    swirl_uring_buffer *entry = &u->buffers[u->buffers_tail & u->buffers_mask];
    entry->address = (uintptr_t)bytes;
    entry->length = (uint32_t)count;
    entry->buffer = buffer;
    u->buffers_tail++;
    __atomic_store_n(&u->buffers->tail, u->buffers_tail, __ATOMIC_RELEASE);
}
