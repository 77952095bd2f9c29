#if URing
import CSwirlSystem
import SwirlCore
import Synchronization
import SystemPackage

/// An eventfd that the ring polls, edge-triggered and multishot, and that nobody ever reads: a wake is one write(2) and
/// one completion (4.8 us a round trip between threads; a read of it on the ring 5.5).
///
/// Wakes come from any thread, also while and after the loop closes. So the descriptor is closed by whoever leaves last:
/// a write can never reach another file that got the same number.
final class URingWaker: Waker {
    let descriptor: Int32
    /// How many threads are inside `wake`, and whether the driver has shut down.
    private let users = Atomic<UInt32>(0)
    private static let closed: UInt32 = 1 << 31

    init() throws(Errno) {
        descriptor = swirl_eventfd()
        if descriptor < 0 { throw Errno(rawValue: -descriptor) }
    }

    func wake() {
        var seen = users.load(ordering: .relaxed)
        repeat {
            if seen & Self.closed != 0 { return }
            let (done, now) = users.weakCompareExchange(
                expected: seen, desired: seen + 1, successOrdering: .acquiring, failureOrdering: .relaxed)
            if done { break }
            seen = now
        } while true
        let result = swirl_eventfd_signal(descriptor)
        precondition(result == 0, "D6: a loop could not be woken: error \(-result)")
        if users.subtract(1, ordering: .acquiringAndReleasing).newValue == Self.closed { _ = swirl_close(descriptor) }
    }

    func close() {
        let before = users.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue
        if before == 0 { _ = swirl_close(descriptor) }
    }

    deinit { close() }
}
#endif
