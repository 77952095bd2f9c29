// What the kernel does cannot be told from its version (distributions carry features back, sandboxes take them away), nor
// everything from a list of opcodes: so the two ways of receiving into picked buffers are tried on a real pair of sockets.
#define _GNU_SOURCE
#include "CLiburing.h"

#if defined(SWIRL_URING)
#include <errno.h>
#include <liburing.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WRITTEN = 100, LIMIT = 64, PIECE = LIMIT / 2, BUFFER = 256 };

// Whether another try may go better. Whatever else an error says: here the kernel, or a sandbox, does not do it.
static bool passes(int32_t error) {
    switch (-error) {
    case EAGAIN: case EBUSY: case EINTR: case EMFILE: case ENFILE: case ENOBUFS: case ENOMEM: return true;
    default: return false;
    }
}

static int32_t learn_opcodes(swirl_uring *u, swirl_uring_facts *facts) {
    struct io_uring_probe *probe = calloc(1, sizeof *probe + 64 * sizeof *probe->ops);
    if (!probe) return -ENOMEM;
    int32_t result = io_uring_register_probe(u->library, probe, 64);
    for (int op = 0; result >= 0 && op < 64; op++)
        if (io_uring_opcode_supported(probe, op)) facts->opcodes |= 1ull << op;
    free(probe);
    return passes(result) ? result : 0;
}

// Arms one multishot receive over 100 waiting bytes and looks whether it ends at or before 64. Older kernels refuse the
// field (EINVAL); one that ignored it would take all 100.
static int32_t learn_limit(swirl_uring *u, int reader, swirl_uring_facts *facts) {
    swirl_uring_submission s = {
        .opcode = SWIRL_OP_RECV, .flags = SWIRL_SQE_BUFFER_SELECT, .priority = SWIRL_RECV_MULTISHOT, .descriptor = reader,
        .length = PIECE, .limit = LIMIT - PIECE + 1};
    swirl_uring_push(u, s);
    int32_t result = swirl_uring_enter(u, 1, 0, -1, false);
    if (result < 0) return result;
    int total = 0;
    bool ended = false;
    uint32_t head = swirl_uring_cq_head(u), tail = swirl_uring_cq_tail(u);
    for (; head != tail; head++) {
        swirl_uring_completion c = swirl_uring_cqe(u, head);
        if (c.result > 0) total += c.result;
        else if (passes(c.result)) result = c.result;
        ended = !(c.flags & SWIRL_CQE_MORE);
    }
    swirl_uring_cq_advance(u, head);
    facts->receive_limit = ended && total == LIMIT;
    return result < 0 ? result : 0;
}

static int32_t learn_buffers(swirl_uring *u, swirl_uring_facts *facts) {
    static char memory[2][BUFFER];                 // only the probe's bytes ever lie here, all of them zero
    static const char zeros[WRITTEN];
    int pair[2];
    int32_t result = swirl_uring_provide(u, 2);
    if (result < 0) return result;
    facts->incremental_buffers = true;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) return -errno;
    for (uint16_t i = 0; i < 2; i++) swirl_uring_recycle(u, i, memory[i], BUFFER);
    if (send(pair[1], zeros, WRITTEN, MSG_NOSIGNAL) == WRITTEN) result = learn_limit(u, pair[0], facts);
    else result = -ENOBUFS;
    close(pair[0]);
    close(pair[1]);
    return result;
}

static int32_t learn(swirl_uring_facts *facts) {
    swirl_uring u;
    int32_t result = swirl_uring_create(&u, 8, false);
    if (result < 0) return result;
    *facts = (swirl_uring_facts){.features = u.features};
    result = learn_opcodes(&u, facts);
    if (result == 0) result = learn_buffers(&u, facts);
    swirl_uring_destroy(&u);
    return passes(result) ? result : 0;
}

// A failure is not remembered: the next loop asks again.
int32_t swirl_uring_learn(swirl_uring_facts *facts) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static swirl_uring_facts known;
    static bool done;
    int32_t result = 0;
    pthread_mutex_lock(&lock);
    if (!done) {
        result = learn(&known);
        done = result == 0;
    }
    if (done) *facts = known;
    pthread_mutex_unlock(&lock);
    return result;
}
#endif
