extension Loop {
    /// Calls `body`, which may block, on a thread of the loop's pool, and waits for it without blocking the loop. Corresponds to
    /// `asyncio.to_thread` and `loop.run_in_executor`.
    ///
    /// `body` sees the caller's task-local values. At most `LoopOptions.blockingCallsMax` calls run at once; more wait in line,
    /// first in, first out, and so do their callers. Files have threads of their own, which calls cannot use up. A call costs a
    /// task and two changes of threads, about 10 us.
    ///
    /// From any thread; the caller goes on where it was.
    ///
    /// - Cancellation: throws `CancellationError` at once. A `body` that has not begun never runs. One that runs cannot be
    ///   stopped: it is abandoned, its result or error is dropped, and `Task.isCancelled` in it turns true, for those that
    ///   look. Closing the loop waits for it until `LoopOptions.closeDeadline`, then leaves its thread behind.
    /// - Throws: `body`'s error; `CancellationError`; `LoopError.closed`; `IOError` (`EAGAIN`) when not one thread can be had.
    public nonisolated(nonsending) func runBlocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        let outcome = BlockingOutcome<T>()
        let result = await core.call { outcome.begin($0, body) }
        switch result {
        case 0: return try outcome.result!.get()
        case Ending.cancelled:
            outcome.task?.cancel()
            throw CancellationError()
        default:
            outcome.task?.cancel()
            throw IOError.of(result, "runBlocking", "a thread")
        }
    }
}

/// Where a call of `runBlocking` leaves its result.
private final class BlockingOutcome<T: Sendable>: @unchecked Sendable {
    // Sendable: `result` is written by the pool's thread before the caller is told, and read after; `task` is written on the
    // loop's thread while the caller waits there, and read by the caller.
    var result: Result<T, any Error>?
    var task: Task<Void, Never>?

    func begin(_ call: BlockingCall, _ body: @escaping @Sendable () throws -> T) {
        task = Task(executorPreference: call) { [self] in
            if !call.isAbandoned { result = Result { try body() } }
        }
    }
}
