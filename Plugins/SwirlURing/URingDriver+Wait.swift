#if URing
import CLiburing
import CSwirlSystem
import SwirlCore
import SystemPackage

/// User data of the driver's own submissions. A token's generation is below 2^31, so no token has the top bit.
enum Internal {
    static let waker = UInt64.max
    static let cancel = UInt64.max - 1
}

extension URingDriver {
    func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno) {
        let before = batch.count
        if unsafe nextDue != .max { takeUpLater(into: &batch) }
        // What an earlier enter left in the queue comes first: it makes room there, and then nobody need sleep. Nor may
        // anybody when it was only a wake, which counts also before the wait (D6).
        let found = reap(into: &batch) || batch.count != before || batch.isFull
        var want: UInt32 = 1
        var until: Int64 = -1
        switch deadline {
        case .now: want = 0
        // What is due already is not slept for: the kernel would arm a timer, and change to another thread and back.
        case .at(let nanoseconds): if nanoseconds <= swirl_monotonic_nanoseconds() { want = 0 } else { until = nanoseconds }
        case .never: break
        }
        if found { want = 0 }
        let pending = unsafe swirl_uring_pending(ring)
        if unsafe want == 0 && pending == 0 && (found || !swirl_uring_has_hidden_work(ring)) { return }
        if unsafe nextDue != .max { until = unsafe until < 0 ? nextDue : min(until, nextDue) }
        let result = enter(submitting: pending, waitingFor: want, until: until)
        _ = reap(into: &batch)
        if result < 0 { try retryOrThrow(result, mayPause: want == 1 && batch.count == before) }
    }

    @inline(__always)
    func enter(submitting count: UInt32, waitingFor want: UInt32, until deadline: Int64) -> Int32 {
        // SAFETY: what the queued submissions point to stays valid until their terminal completions (D4).
        unsafe swirl_uring_enter(ring, count, want, deadline, signallingWrites != 0)
    }

    /// Moves completions from the kernel's queue to the batch, as many as fit (D5). Whether there were any, the driver's
    /// own among them.
    @inline(__always)
    func reap(into batch: inout OutputSpan<Completion>) -> Bool {
        var head = unsafe swirl_uring_cq_head(ring)
        let tail = unsafe swirl_uring_cq_tail(ring)
        if head == tail { return false }
        while head != tail && !batch.isFull {
            // SAFETY: the kernel wrote the entries up to `tail`, and leaves them alone until the head has passed.
            let cqe = unsafe swirl_uring_cqe(ring, head)
            head &+= 1
            guard Int64(bitPattern: cqe.user_data) >= 0 else {
                if cqe.user_data == Internal.waker && cqe.flags & UInt32(SWIRL_CQE_MORE) == 0 { armWaker() }
                continue
            }
            let token = Token(rawValue: cqe.user_data)
            // What has ended has no entry any more (URG-07).
            guard let entry = unsafe entry(of: token) else { continue }
            let ends = cqe.flags & UInt32(SWIRL_CQE_MORE) == 0
            var result = cqe.result
            if unsafe result < 0 || entry.pointee.state != .inFlight {
                guard let settled = unsafe settle(result, entry, token, ends: ends) else { continue }
                result = settled
            }
            if ends { unsafe entry.pointee.state = [] }
            batch.append(completion(token, result, cqe.flags))
        }
        unsafe swirl_uring_cq_advance(ring, head)
        return true
    }

    @inline(__always)
    private func completion(_ token: Token, _ result: Int32, _ flags: UInt32) -> Completion {
        if flags == 0 { return Completion(token: token, result: result) }
        var ours: UInt16 = 0
        if flags & UInt32(SWIRL_CQE_MORE) != 0 { ours |= Completion.Flags.more.rawValue }
        // A buffer picked for an end or an error holds nothing and stays with the kernel: it is not ours to name.
        if result > 0 && flags & UInt32(SWIRL_CQE_BUFFER) != 0 {
            ours |= Completion.Flags.buffer.rawValue
            if flags & UInt32(SWIRL_CQE_BUF_MORE) != 0 { ours |= Completion.Flags.bufferMore.rawValue }
        }
        return Completion(token: token, result: result, flags: .init(rawValue: ours), buffer: UInt16(flags >> 16))
    }

    /// What an error, or any result of an operation that was cancelled or writes to a pipe, comes to: a result, or `nil`
    /// when the operation goes on (D7).
    @inline(never)
    private func settle(_ result: Int32, _ entry: UnsafeMutablePointer<InFlight>, _ token: Token, ends: Bool) -> Int32? {
        var settled = result
        if result == -EINTR || result == -EAGAIN || (-516 ... -512).contains(result) {
            guard ends else { return nil }
            if unsafe entry.pointee.state.contains(.cancelRequested) {
                settled = -ECANCELED
            } else if unsafe entry.pointee.operation.kind == .close {
                settled = 0  // Linux frees the number first: asking again would close another file
            } else {
                let pause = unsafe result == -EAGAIN ? nextPause(&entry.pointee.attempts) : 0
                park(token, until: pause == 0 ? 0 : swirl_monotonic_nanoseconds() + pause)
                return nil
            }
        }
        if ends, unsafe entry.pointee.state.contains(.mayRaiseSignal) { signallingWriteEnded() }
        return settled
    }

    /// After an enter that failed. What was not sent stays queued, so all that is left is not to spin (RES-08).
    @inline(never)
    private func retryOrThrow(_ result: Int32, mayPause: Bool) throws(Errno) {
        switch -result {
        case ETIME, EINTR:
            return
        case EAGAIN, EBUSY:
            // Short of memory, or of room for completions: let what is under way end, for 1 ms at most.
            if mayPause { _ = enter(submitting: 0, waitingFor: 1, until: swirl_monotonic_nanoseconds() + 1_000_000) }
        default:
            throw Errno(rawValue: -result)
        }
    }

    /// Watches the eventfd for edges; wakes of before count too. The kernel ends such a poll when its completion finds
    /// the queue full, so `reap` arms it again.
    func armWaker() {
        var poll = swirl_uring_submission.transfer(
            SWIRL_OP_POLL_ADD, Descriptor(eventWaker.descriptor, .event), 0, 0, flags: UInt32(POLLIN) | EPOLLET.rawValue)
        poll.length = UInt32(SWIRL_POLL_MULTISHOT)
        if !push(poll, userData: Internal.waker) {
            wakerUnarmed = true
            unsafe nextDue = 0
        }
    }
}
#endif
