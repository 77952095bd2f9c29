import CSwirlSystem
import Synchronization

extension Loop {
    /// Runs the loop on this thread until `stop`. Corresponds to `loop.run_forever`.
    ///
    /// After a `stop` that came before: one turn.
    ///
    /// - Throws: `LoopError`: closed, running already, another loop on this thread, or not this loop's thread.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: use `await Loop.run`")
    public nonisolated func runForever() throws(LoopError) {
        try core.runForever()
    }

    /// Runs the loop on this thread until the future is done. Corresponds to `loop.run_until_complete`.
    ///
    /// - Returns: the future's result.
    /// - Throws: the future's error; `LoopError.stoppedBeforeCompletion` when `stop` came first; and as `runForever`.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: await the future's value")
    public nonisolated func runUntilComplete<T: Sendable>(_ future: Future<T>) throws -> T {
        let stop = Handle { [core] in core.stopRequested.store(true, ordering: .relaxed) }
        // Posted, not called: this thread becomes the loop's only in `runForever`, which may refuse.
        guard core.inbox.post(.run(RemoteCall { _ in future.whenDone(stop) })) else { throw LoopError.closed }
        defer { stop.cancel() }
        try core.runForever()
        guard let outcome = future.outcome else { throw LoopError.stoppedBeforeCompletion }
        future.isRetrieved = true
        return try outcome.get()
    }

    /// Runs `body` as a task on the loop, and the loop on this thread until it has ended. Other tasks that are left then stay,
    /// suspended, for the next run or for `close`.
    ///
    /// - Throws: `body`'s error; and as `runUntilComplete` of a future.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: use `await Loop.run`")
    public nonisolated func runUntilComplete<T: Sendable>(
        _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) throws -> T {
        if isClosed { throw LoopError.closed }
        if isRunning { throw LoopError.alreadyRunning }
        return try runUntilComplete(createTask(name: "main", body))
    }

    /// Ends `runForever` after the present turn. From any thread. Corresponds to `loop.stop`.
    public nonisolated func stop() {
        core.stop()
    }

    /// Cancels the loop's tasks, lets them end, ends everything in flight and frees the driver. Corresponds to
    /// `loop.close`, and the drain of `asyncio.run`. On the loop's thread; a second time does nothing.
    ///
    /// - Throws: `LoopError`: running, not this loop's thread, or `closedWithTasks` when tasks ignored their cancellation
    ///   for `LoopOptions.closeDeadline`; the loop is closed then all the same.
    @available(*, noasync, message: "close blocks its thread: call it where the loop ran")
    public nonisolated func close() throws(LoopError) {
        let left = try core.close()
        if left > 0 { throw .closedWithTasks(left) }
    }

    /// Creates a loop, runs `body` on it on this thread, and closes it, whatever happens. Corresponds to `asyncio.run`.
    ///
    /// - Throws: `body`'s error; `BackendError` when the backend cannot start; `LoopError`, `closedWithTasks` among them
    ///   when `body` succeeded but tasks that it left behind ignored their cancellation.
    @available(*, noasync, message: "use `await Loop.run`, which runs the loop on a thread of its own")
    public static func run<T: Sendable>(
        _ backend: Backend, options: LoopOptions = LoopOptions(), _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) throws -> T {
        try runHere(backend, options, body)
    }

    /// The same on a thread of its own, for callers that are async.
    ///
    /// - Cancellation: cancels `body`'s task.
    public static func run<T: Sendable>(
        _ backend: Backend, options: LoopOptions = LoopOptions(), _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) async throws -> T {
        let loop = try Loop(backend, options: options)
        let task = loop.createTask(name: "main", body)
        return try await withTaskCancellationHandler {
            unsafe try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<T, any Error>) in
                let run = LoopRun { unsafe continuation.resume(with: Result { try loop.finishHere(task) }) }
                if run.start() { return }
                // It has not run: this thread may close it, which ends the task unrun.
                _ = try? loop.core.close()
                unsafe continuation.resume(throwing: LoopError.cannotStart("no thread could be started"))
            }
        } onCancel: {
            task.cancel()
        }
    }

    private static func runHere<T: Sendable>(
        _ backend: Backend, _ options: LoopOptions, _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) throws -> T {
        let loop = try Loop(backend, options: options)
        return try loop.finishHere(loop.createTask(name: "main", body))
    }

    private nonisolated func finishHere<T: Sendable>(_ task: LoopTask<T>) throws -> T {
        let result = Result { try runUntilComplete(task) }
        do {
            try close()
        } catch {
            // The body's own error says more than what its left-over tasks did to the close.
            if case .success = result { throw error }
        }
        return try result.get()
    }
}

/// A closure on a thread of its own.
private final class LoopRun: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    func start() -> Bool {
        let me = unsafe Unmanaged.passRetained(self).toOpaque()
        guard
            let thread = unsafe Thread.start(
                me,
                { argument in
                    // SAFETY: `start` retained it for this thread.
                    unsafe Unmanaged<LoopRun>.fromOpaque(argument!).takeRetainedValue().body()
                    return nil
                })
        else {
            unsafe Unmanaged<LoopRun>.fromOpaque(me).release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
