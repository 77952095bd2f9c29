#if URing
import CLiburing
import SwirlCore
import Testing

@testable import SwirlURing

/// What Swirl's own part of the ring does, beside what all backends do.
@Suite(.enabled(if: Backend.ioUring.unavailableBecause() == nil))
struct RingTests {
    /// RES-08: the kernel may take fewer submissions than it was given. What is left is the tail less its head.
    @Test func whatAnEnterDidNotTakeStaysQueued() throws {
        var ring = unsafe swirl_uring()
        try #require(unsafe swirl_uring_create(&ring, 8, false) == 0)
        defer { unsafe swirl_uring_destroy(&ring) }
        var ended: [UInt64] = []
        for number: UInt64 in 1...4 {
            var nothing = swirl_uring_submission()
            nothing.user_data = number
            #expect(unsafe swirl_uring_push(&ring, nothing))
        }
        #expect(unsafe swirl_uring_enter(&ring, 2, 0, -1, false) == 2)
        #expect(unsafe swirl_uring_pending(&ring) == 2)
        unsafe reap(&ring, &ended)
        #expect(ended == [1, 2])
        #expect(unsafe swirl_uring_enter(&ring, swirl_uring_pending(&ring), 0, -1, false) == 2)
        #expect(unsafe swirl_uring_pending(&ring) == 0)
        unsafe reap(&ring, &ended)
        #expect(ended == [1, 2, 3, 4])
    }

    private func reap(_ ring: UnsafeMutablePointer<swirl_uring>, _ ended: inout [UInt64]) {
        var head = unsafe swirl_uring_cq_head(ring)
        while unsafe head != swirl_uring_cq_tail(ring) {
            ended.append(unsafe swirl_uring_cqe(ring, head).user_data)
            head &+= 1
        }
        unsafe swirl_uring_cq_advance(ring, head)
    }
}
#endif
