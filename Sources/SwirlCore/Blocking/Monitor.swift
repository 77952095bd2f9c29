import CSwirlSystem

/// A lock, and a condition to wait for under it.
///
/// A pthread mutex rather than `Synchronization.Mutex`: there is no condition for that one, and ThreadSanitizer does not
/// understand it. Waits with a limit go by the machine's monotonic clock, also where a loop's time is virtual.
@safe
final class Monitor: @unchecked Sendable {
    // Sendable: that is what it is for.
    // SAFETY: of all below: memory of its own, from `init` to `deinit`, which does not move; the calls are safe from any thread.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe swirl_condition_init(condition)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func lock() {
        unsafe pthread_mutex_lock(mutex)
    }

    func unlock() {
        unsafe pthread_mutex_unlock(mutex)
    }

    func locked<R>(_ body: () throws -> R) rethrows -> R {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Waits for a `signal` or `broadcast`, or for nothing at all. Under the lock, which it gives up meanwhile.
    func wait() {
        unsafe pthread_cond_wait(condition, mutex)
    }

    /// The same, but not past a time of `now`'s clock. False when that has come.
    func wait(until nanoseconds: Int64) -> Bool {
        guard Self.now < nanoseconds else { return false }
        unsafe swirl_condition_wait(condition, mutex, nanoseconds)
        return true
    }

    /// `CLOCK_MONOTONIC`, in nanoseconds. `ContinuousClock` counts the time that the machine was asleep, too.
    static var now: Int64 { swirl_monotonic_nanoseconds() }

    /// The time in so many nanoseconds: the end of time rather than an overflow.
    static func time(in nanoseconds: Int64) -> Int64 {
        let (sum, overflow) = now.addingReportingOverflow(nanoseconds)
        return overflow ? .max : sum
    }

    func signal() {
        unsafe pthread_cond_signal(condition)
    }

    func broadcast() {
        unsafe pthread_cond_broadcast(condition)
    }
}
