import CSwirlSystem
import Synchronization

extension Future {
    /// The result, for a thread that blocks until it is there. Corresponds to `concurrent.futures.Future.result(timeout)`,
    /// for the futures of `run_coroutine_threadsafe`.
    ///
    /// From any thread but the one that runs the future's loop. Nothing wakes it while nobody runs that loop. A timeout leaves
    /// the future as it is: `cancel` it where it shall end, too.
    ///
    /// - Throws: the future's error; `CancellationError` when it was cancelled; `TimeoutError`; `LoopError.closed`;
    ///   `FutureError.blocksItsLoop` on the loop's own thread, always, also where the result is there already.
    @available(*, noasync, message: "result(timeout:) blocks its thread: await the future's value")
    public final func result(timeout: Duration?) throws -> T {
        if core.isOnOwnerThread { throw FutureError.blocksItsLoop("\(self)") }
        if let settled { return try retrieve(settled) }
        if core.isOrphan.load(ordering: .acquiring) { throw LoopError.closed }
        let thread = BlockedThread()
        // A task, because a task ends whatever happens to the loop (D13).
        let waiting = Task.detached(executorPreference: core) { [self] in thread.goOn(await waitShielded()) }
        if let ending = thread.wait(timeout) {
            guard let settled else { throw failure(of: ending) }
            return try retrieve(settled)
        }
        waiting.cancel()
        if let settled { return try retrieve(settled) }
        throw TimeoutError("result(timeout:)", label, timeout)
    }

    private func retrieve(_ settled: Result<T, any Error>) throws -> T {
        isRetrieved = true
        return try settled.get()
    }
}

/// A thread that waits until another one tells it how something ended.
@safe
private final class BlockedThread: @unchecked Sendable {
    // Sendable: `ending` is under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var ending: Int32?

    init() {
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe changed = .allocate(capacity: 1)
        unsafe changed.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    func goOn(_ ending: Int32) {
        unsafe pthread_mutex_lock(lock)
        self.ending = ending
        unsafe pthread_cond_signal(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    /// Blocks. Nothing when the time is up.
    func wait(_ timeout: Duration?) -> Int32? {
        let end = timeout.map(Self.time(after:))
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while ending == nil {
            if var end {
                if unsafe pthread_cond_timedwait(changed, lock, &end) == ETIMEDOUT { break }
            } else {
                unsafe pthread_cond_wait(changed, lock)
            }
        }
        return ending
    }

    private static func time(after timeout: Duration) -> timespec {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let nanoseconds = max(0, timeout.clampedNanoseconds) % 1_000_000_000 + Int64(now.tv_nsec)
        now.tv_sec += Int(max(0, timeout.clampedNanoseconds) / 1_000_000_000 + nanoseconds / 1_000_000_000)
        now.tv_nsec = Int(nanoseconds % 1_000_000_000)
        return now
    }
}
