// What the kernel does cannot be told from its version (distributions carry features back, sandboxes take them away), nor
// everything from a list of opcodes: so the two ways of receiving into picked buffers are tried on a real pair of sockets.
#define _GNU_SOURCE
#include "CLiburing.h"

#if defined(SWIRL_URING)
#include <liburing.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WRITTEN = 100, LIMIT = 64, PIECE = LIMIT / 2, BUFFER = 256 };

static void learn_opcodes(swirl_uring *u, swirl_uring_facts *facts) {
    struct io_uring_probe *probe = io_uring_get_probe_ring(u->library);
    if (!probe) return;
    for (int op = 0; op < 64; op++)
        if (io_uring_opcode_supported(probe, op)) facts->opcodes |= 1ull << op;
    io_uring_free_probe(probe);
}

// Arms one multishot receive over 100 waiting bytes and looks whether it ends at or before 64. Older kernels refuse the
// field (EINVAL); one that ignored it would take all 100.
static bool limit_holds(swirl_uring *u, int reader) {
    swirl_uring_submission s = {
        .opcode = SWIRL_OP_RECV, .flags = SWIRL_SQE_BUFFER_SELECT, .priority = SWIRL_RECV_MULTISHOT, .descriptor = reader,
        .length = PIECE, .limit = LIMIT - PIECE + 1};
    swirl_uring_push(u, s);
    if (swirl_uring_enter(u, 1, 0, -1, false) < 0) return false;
    int total = 0;
    bool ended = false;
    uint32_t head = swirl_uring_cq_head(u), tail = swirl_uring_cq_tail(u);
    for (; head != tail; head++) {
        swirl_uring_completion c = swirl_uring_cqe(u, head);
        if (c.result > 0) total += c.result;
        ended = !(c.flags & SWIRL_CQE_MORE);
    }
    swirl_uring_cq_advance(u, head);
    return ended && total == LIMIT;
}

static void learn_buffers(swirl_uring *u, swirl_uring_facts *facts) {
    static char memory[2][BUFFER];                 // only the probe's bytes ever lie here, all of them zero
    static const char zeros[WRITTEN];
    int pair[2];
    if (swirl_uring_provide(u, 2) < 0) return;
    facts->incremental_buffers = true;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) return;
    for (uint16_t i = 0; i < 2; i++) swirl_uring_recycle(u, i, memory[i], BUFFER);
    if (send(pair[1], zeros, WRITTEN, MSG_NOSIGNAL) == WRITTEN) facts->receive_limit = limit_holds(u, pair[0]);
    close(pair[0]);
    close(pair[1]);
}

static int32_t learn(swirl_uring_facts *facts) {
    swirl_uring u;
    int32_t result = swirl_uring_create(&u, 8, false);
    if (result < 0) return result;
    *facts = (swirl_uring_facts){.features = u.features};
    learn_opcodes(&u, facts);
    learn_buffers(&u, facts);
    swirl_uring_destroy(&u);
    return 0;
}

// A failure is not remembered: ENOMEM and EMFILE pass.
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
    *facts = known;
    pthread_mutex_unlock(&lock);
    return result;
}
#endif
