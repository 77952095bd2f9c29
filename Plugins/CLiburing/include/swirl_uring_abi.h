// The kernel's ABI, which never changes; the headers of liburing 2.3 (kernel 6.1) lack the newer part of it.
#pragma once

// What a submission says, one to one with struct io_uring_sqe.
typedef struct {
    uint8_t opcode, flags;
    uint16_t priority;                             // ioprio: also what makes a receive or an accept multishot
    int32_t descriptor;
    uint64_t offset, address;
    uint32_t length, operation_flags;
    uint64_t user_data;
    uint16_t buffer_group, personality;
    uint32_t limit;                                // optlen: at how many bytes a multishot receive ends (6.17)
    uint64_t unused[2];
} swirl_uring_submission;

typedef struct {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
} swirl_uring_completion;

// An entry of a provided-buffer ring. The ring's tail lies in the `tail` of entry 0.
typedef struct {
    uint64_t address;
    uint32_t length;
    uint16_t buffer, tail;
} swirl_uring_buffer;

enum {
    SWIRL_OP_POLL_ADD = 6, SWIRL_OP_SENDMSG = 9, SWIRL_OP_ACCEPT = 13, SWIRL_OP_ASYNC_CANCEL = 14, SWIRL_OP_CONNECT = 16,
    SWIRL_OP_CLOSE = 19, SWIRL_OP_READ = 22, SWIRL_OP_WRITE = 23, SWIRL_OP_SEND = 26, SWIRL_OP_RECV = 27,
    SWIRL_OP_OPENAT2 = 28, SWIRL_OP_SOCKET = 45,
};

#define SWIRL_FEATURE_EXT_ARG (1u << 8)
#define SWIRL_FEATURE_NO_IOWAIT (1u << 17)         // 6.15
#define SWIRL_ENTER_ABS_TIMER (1u << 5)            // 6.12
#define SWIRL_ENTER_NO_IOWAIT (1u << 7)            // 6.15
#define SWIRL_REGISTER_ENABLE_RINGS 12
#define SWIRL_REGISTER_IOWQ_MAX_WORKERS 19
#define SWIRL_REGISTER_RING_FDS 20
#define SWIRL_UNREGISTER_RING_FDS 21
#define SWIRL_REGISTER_PBUF_RING 22
#define SWIRL_UNREGISTER_PBUF_RING 23
#define SWIRL_PBUF_RING_INC 2                      // 6.12: IOU_PBUF_RING_INC

#define SWIRL_SQE_BUFFER_SELECT (1u << 5)
#define SWIRL_SQE_SKIP_SUCCESS (1u << 6)
#define SWIRL_ACCEPT_MULTISHOT (1u << 0)
#define SWIRL_RECV_MULTISHOT (1u << 1)
#define SWIRL_POLL_MULTISHOT (1u << 0)

#define SWIRL_SQ_HIDDEN_WORK (6u)                  // IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN
#define SWIRL_CQE_BUFFER (1u << 0)
#define SWIRL_CQE_MORE (1u << 1)
#define SWIRL_CQE_BUF_MORE (1u << 4)               // 6.12: IORING_CQE_F_BUF_MORE
