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
        if core.isOnOwnerThread {
            core.reportWrongThread("Future.result(timeout:), on the loop's own thread")
            throw FutureError.blocksItsLoop("\(self)")
        }
        if stateNow != .pending { return try retrieve() }
        if core.isOrphan.load(ordering: .acquiring) { throw LoopError.closed }
        let thread = BlockedThread()
        // A task, because a task ends whatever happens to the loop (D13).
        let waiting = Task.detached(executorPreference: core) { [self] in thread.goOn(await waitShielded()) }
        if let ending = thread.wait(timeout) {
            if stateNow == .pending { throw failure(of: ending) }
            return try retrieve()
        }
        waiting.cancel()
        if stateNow != .pending { return try retrieve() }
        throw TimeoutError("result(timeout:)", label, timeout)
    }
}

/// A thread that waits until another one tells it how something ended.
@safe
private final class BlockedThread: @unchecked Sendable {
    // Sendable: `ending` is under `monitor`.
    private let monitor = Monitor()
    private var ending: Int32?

    func goOn(_ ending: Int32) {
        monitor.locked { self.ending = ending }
        monitor.signal()
    }

    /// Blocks. Nothing when the time is up.
    func wait(_ timeout: Duration?) -> Int32? {
        let end = timeout.map { Monitor.time(in: $0.clampedNanoseconds) }
        monitor.lock()
        defer { monitor.unlock() }
        while ending == nil {
            guard let end else {
                monitor.wait()
                continue
            }
            if !monitor.wait(until: end) { break }
        }
        return ending
    }
}
