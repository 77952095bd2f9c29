#if URing
import CLiburing
import CSwirlSystem
import SwirlCore

/// An operation that the next `wait`, or one from `due` on, submits or cancels.
struct Later {
    /// Monotonic nanoseconds; 0 is at once.
    var due: Int64
    let token: Token
}

extension URingDriver {
    /// A cancel is a submission of its own that names its target; what comes of it is the target's own completion. The
    /// queue is first in, first out, so it also finds a target that is still unsent.
    func cancel(_ token: Token) {
        guard let entry = unsafe entry(of: token), unsafe !entry.pointee.state.contains(.cancelRequested) else { return }
        // A close that was stopped would leave the descriptor open for good.
        if unsafe entry.pointee.operation.kind == .close { return }
        unsafe entry.pointee.state.insert(.cancelRequested)
        if unsafe entry.pointee.state.contains(.parked) {
            unsafe nextDue = 0
        } else if !pushCancel(token) {
            later.append(Later(due: 0, token: token))
            unsafe nextDue = 0
        }
    }

    private func pushCancel(_ token: Token) -> Bool {
        var cancel = swirl_uring_submission.transfer(SWIRL_OP_ASYNC_CANCEL, Descriptor(-1, .event), UInt(token.rawValue), 0)
        cancel.flags = UInt8(SWIRL_SQE_SKIP_SUCCESS)
        return push(cancel, userData: Internal.cancel)
    }

    // MARK: Later

    /// Takes an operation out of the kernel's hands until `due`.
    func park(_ token: Token, until due: Int64) {
        guard let entry = unsafe entry(of: token) else { return }
        unsafe entry.pointee.state.insert(.parked)
        later.append(Later(due: due, token: token))
        unsafe nextDue = min(nextDue, due)
    }

    /// 1, 2, 4 … 50 ms: what EAGAIN comes from here, such as the full backlog of an AF_UNIX listener, never tells that
    /// it is over (D7).
    func nextPause(_ attempts: inout UInt8) -> Int64 {
        let milliseconds = min(Int64(1) << min(Int64(attempts), 6), 50)
        if attempts < .max { attempts += 1 }
        return milliseconds * 1_000_000
    }

    @inline(never)
    func takeUpLater(into batch: inout OutputSpan<Completion>) {
        let now = swirl_monotonic_nanoseconds()
        if unsafe nextDue > now { return }
        unsafe nextDue = .max
        if wakerUnarmed {
            wakerUnarmed = false
            armWaker()
        }
        let items = later
        later.removeAll(keepingCapacity: true)
        for item in items where !takeUp(item, at: now, into: &batch) {
            // What is overdue met a full queue: once more after 1 ms.
            let due = item.due > now ? item.due : now + 1_000_000
            later.append(Later(due: due, token: item.token))
            unsafe nextDue = min(nextDue, due)
        }
    }

    /// Whether nothing is left to do for this one.
    private func takeUp(_ item: Later, at now: Int64, into batch: inout OutputSpan<Completion>) -> Bool {
        guard let entry = unsafe entry(of: item.token) else { return true }
        let state = unsafe entry.pointee.state
        guard state.contains(.parked) else {
            return state.contains(.cancelRequested) ? pushCancel(item.token) : true
        }
        if state.contains(.cancelRequested) {
            if batch.isFull { return false }
            if state.contains(.mayRaiseSignal) { signallingWriteEnded() }
            unsafe entry.pointee.state = []
            batch.append(Completion(token: item.token, result: -ECANCELED))
            return true
        }
        if item.due > now { return false }
        guard unsafe push(submission(for: entry.pointee.operation), userData: item.token.rawValue) else { return false }
        unsafe entry.pointee.state.remove(.parked)
        return true
    }
}
#endif
