import CSwirlSystem
import SwirlReadiness

extension PollPoller {
    /// How late something may be noticed that is not in the first part of the list.
    private static let partsPause: Int64 = 5_000_000
    private static let memoryPause: Int64 = 1_000_000

    /// What to do when poll(2) refuses the list. 0, or the error when there is nothing to do about it.
    ///
    /// EINVAL: it is longer than the process may have open files (RES-14). Then it is looked at part by part, and the sleep
    /// is a short one on the first part, which has the waker. ENOMEM passes.
    @inline(never)
    func waitRefused(_ error: Int32, timeout: Int64, into ready: inout OutputSpan<ReadinessEvent>) -> Int32 {
        switch -error {
        case EINVAL:
            let count = waitInParts(timeout)
            if count > 0 { tell(count, into: &ready) }
            return 0
        case ENOMEM:
            pause(timeout, Self.memoryPause)
            return 0
        default:
            return error
        }
    }

    /// How many of the list the kernel has told something of.
    private func waitInParts(_ timeout: Int64) -> Int32 {
        let part = Int(max(0, swirl_file_limit()))
        for place in 0..<list.count { list[place].revents = 0 }
        guard part > 0 else {
            pause(timeout, Self.partsPause)
            return 0
        }
        var count: Int32 = 0
        for start in stride(from: 0, to: list.count, by: part) {
            // SAFETY: each part lies in the list.
            count += unsafe max(0, swirl_poll(list.entries + start, min(part, list.count - start), 0))
        }
        if count == 0 && timeout != 0 {
            let short = timeout < 0 ? Self.partsPause : min(timeout, Self.partsPause)
            count = unsafe max(0, swirl_poll(list.entries, min(part, list.count), short))
        }
        return count
    }

    private func pause(_ timeout: Int64, _ longest: Int64) {
        if timeout != 0 { _ = swirl_poll(nil, 0, timeout < 0 ? longest : min(timeout, longest)) }
    }
}
