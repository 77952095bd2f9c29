import CSwirlSystem
import Synchronization
public import SystemPackage

/// Wakes by an eventfd that the driver watches: for drivers of any mechanism that can wait for a descriptor.
///
/// A mechanism that tells changes only never has to read it: each write is a change. The others `drain` it when it is
/// ready. A wake is one write(2) and one event: 4.8 us a round trip between threads on io_uring (with a read of it 5.5).
///
/// Wakes come from any thread, also while and after the loop closes. So the descriptor is closed by whoever leaves last:
/// a write can never reach another file that got the same number.
public final class EventWaker: Waker {
    /// The eventfd: readable after a wake. Non-blocking, closed on exec.
    public let descriptor: Int32
    /// How many threads are inside `wake`, and whether it is closed.
    private let users = Atomic<UInt32>(0)
    private static let closed: UInt32 = 1 << 31
    private let used = Atomic(false)

    /// Makes the eventfd: `eventfd(2)`.
    ///
    /// - Throws: what that call says: `EMFILE`, `ENFILE` or `ENOMEM`.
    public init() throws(Errno) {
        descriptor = swirl_eventfd()
        if descriptor < 0 { throw Errno(rawValue: -descriptor) }
    }

    deinit { close() }

    /// From any thread, at any time. After `close` it does nothing.
    public func wake() {
        used.store(true, ordering: .relaxed)
        var seen = users.load(ordering: .relaxed)
        repeat {
            if seen & Self.closed != 0 { return }
            let (done, now) = users.weakCompareExchange(
                expected: seen, desired: seen + 1, successOrdering: .acquiring, failureOrdering: .relaxed)
            if done { break }
            seen = now
        } while true
        let result = swirl_eventfd_signal(descriptor)
        precondition(result == 0, "D6: a loop could not be woken: \(Errno(rawValue: -result))")
        if users.subtract(1, ordering: .acquiringAndReleasing).newValue == Self.closed { _ = swirl_close(descriptor) }
    }

    /// Whether a wake is out of the question: none has come yet, and there is no other thread that it could come from. Only
    /// the thread that asks can change that, so it may leave the eventfd out of the wait that follows.
    public var isOutOfReach: Bool { swirl_is_only_thread() && !used.load(ordering: .relaxed) }

    /// `sched_yield(2)`: some 0.3 us where no other thread waits for this processor.
    public func giveWay() { swirl_let_others_run() }

    /// Takes the wakes back, so that a level-triggered poller sees none. Not after `close`.
    public func drain() {
        var count: UInt64 = 0
        // SAFETY: 8 bytes, as an eventfd gives them.
        _ = unsafe swirl_read(descriptor, &count, 8)
    }

    /// Closes the eventfd, once no thread is inside `wake`. A second time it does nothing.
    public func close() {
        let before = users.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue
        if before == 0 { _ = swirl_close(descriptor) }
    }
}
