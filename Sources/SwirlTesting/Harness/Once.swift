import CSwirlSystem
import Glibc
import SwirlCore

/// A value that several threads may bring and one gets: the first counts.
@safe
final class Once<T: Sendable>: @unchecked Sendable {
    // Sendable: everything that changes is under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var value: T?
    private var continuation: UnsafeContinuation<T, Never>?

    init() {
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe changed = .allocate(capacity: 1)
        unsafe changed.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    /// Brings a value. False when another was first.
    @discardableResult
    func finish(_ new: T) -> Bool {
        unsafe pthread_mutex_lock(lock)
        let isFirst = value == nil
        if isFirst { value = new }
        let waiting = unsafe isFirst ? continuation : nil
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(lock)
        unsafe waiting?.resume(returning: new)
        return isFirst
    }

    /// Waits for the value without blocking a thread. One task only.
    func get() async -> T {
        await unsafe withUnsafeContinuation { (waiting: UnsafeContinuation<T, Never>) in
            unsafe pthread_mutex_lock(lock)
            let there = value
            if there == nil { unsafe continuation = waiting }
            unsafe pthread_mutex_unlock(lock)
            if let there { unsafe waiting.resume(returning: there) }
        }
    }

    /// Blocks the calling thread until the value is there, or `limit` has passed.
    func wait(_ limit: Duration) -> T? {
        let until = swirl_monotonic_nanoseconds() + limit.clampedNanoseconds
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while value == nil {
            let left = until - swirl_monotonic_nanoseconds()
            if left <= 0 { return nil }
            var time = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &time)
            let end = Int64(time.tv_nsec) + left
            time.tv_sec += Int(end / 1_000_000_000)
            time.tv_nsec = Int(end % 1_000_000_000)
            unsafe pthread_cond_timedwait(changed, lock, &time)
        }
        return value
    }
}
