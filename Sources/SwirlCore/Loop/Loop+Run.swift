import CSwirlSystem
import Synchronization

extension Loop {
    /// Runs the loop on this thread until `stop`. Corresponds to `loop.run_forever`.
    ///
    /// After a `stop` that came before: one turn.
    ///
    /// - Throws: `LoopError`: closed, running already, another loop on this thread, not this loop's thread, or `cannotStart` when
    ///   the driver cannot be bound to it.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: use `await Loop.run`")
    public nonisolated func runForever() throws(LoopError) {
        try core.runForever()
    }

    /// Runs the loop on this thread until the future is done. Corresponds to `loop.run_until_complete`.
    ///
    /// - Returns: the future's result.
    /// - Throws: the future's error; `LoopError.stoppedBeforeCompletion` when `stop` came first; `LoopError.foreignFuture`; and
    ///   as `runForever`.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: await the future's value")
    public nonisolated func runUntilComplete<T: Sendable>(_ future: Future<T>) throws -> T {
        try runUntilComplete(future) { _ in }
    }

    /// Runs `body` as a task on the loop, and the loop on this thread until it has ended. Other tasks that are left then stay,
    /// suspended, for the next run or for `close`.
    ///
    /// - Throws: `body`'s error; and as `runUntilComplete` of a future.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: use `await Loop.run`")
    public nonisolated func runUntilComplete<T: Sendable>(
        _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) throws -> T {
        // First: a task whose run was refused would wait for the next one.
        try core.expectRunnable()
        return try runUntilComplete(createTask(name: "main", body))
    }

    /// The same with something to do on the loop's thread before its first turn.
    nonisolated func runUntilComplete<T: Sendable>(_ future: Future<T>, _ begin: (LoopCore) -> Void) throws -> T {
        guard future.core === core else { throw LoopError.foreignFuture }
        let stop = Handle { [core] in core.stopRequested.store(true, ordering: .relaxed) }
        try core.runForever { core in
            future.whenDone(stop)
            begin(core)
        }
        if !future.forget(stop) { stop.cancel() }
        if future.stateNow == .pending { throw LoopError.stoppedBeforeCompletion }
        return try future.retrieve()
    }

    /// Ends `runForever` after the present turn. From any thread. Corresponds to `loop.stop`.
    public nonisolated func stop() {
        core.stop()
    }

    /// Cancels the loop's tasks, lets them end, ends everything in flight and frees the driver. Corresponds to
    /// `loop.close`, and the drain of `asyncio.run`. On the loop's thread; a second time does nothing.
    ///
    /// Calls of `runBlocking` that nobody waits for any more have until `LoopOptions.closeDeadline`, too; their threads are
    /// left behind then.
    ///
    /// - Throws: `LoopError`: running, another loop runs on this thread, not this loop's thread, or `closedWithTasks` when tasks
    ///   ignored their cancellation for `LoopOptions.closeDeadline`; the loop is closed then all the same.
    @available(*, noasync, message: "close blocks its thread: call it where the loop ran")
    public nonisolated func close() throws(LoopError) {
        let left = try core.close()
        if left > 0 { throw .closedWithTasks(left) }
    }

    /// Creates a loop, runs `body` on it on this thread, and closes it, whatever happens. Corresponds to `asyncio.run`.
    ///
    /// Ctrl-C (`SIGINT`) cancels `body`'s task, as `Runner.run` says, when this is the main thread.
    ///
    /// - Throws: `body`'s error; `Interrupted`; `BackendError` when the backend cannot start; `LoopError`, among them
    ///   `anotherLoopIsRunning` on a loop's thread, and `closedWithTasks` when `body` succeeded but tasks that it left behind
    ///   ignored their cancellation.
    @available(*, noasync, message: "use `await Loop.run`, which runs the loop on a thread of its own")
    public static func run<T: Sendable>(
        _ backend: Backend, options: LoopOptions = LoopOptions(), _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) throws -> T {
        try LoopCore.expectNoLoopHere()
        let runner = try Runner(backend, options: options)
        return try finish(runner) { try runner.run(body) }
    }

    /// The same on a thread of its own, for callers that are async.
    ///
    /// Ctrl-C cancels `body`'s task, when the program does nothing else with `SIGINT`: the first such run gets it.
    ///
    /// - Cancellation: cancels `body`'s task.
    /// - Throws: as the other one; `LoopError.cannotStart` when no thread can be had. It may be called on a loop's thread.
    public static func run<T: Sendable>(
        _ backend: Backend, options: LoopOptions = LoopOptions(), _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) async throws -> T {
        let loop = try Loop(backend, options: options)
        let task = loop.createTask(name: "main", body)
        return try await withTaskCancellationHandler {
            unsafe try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<T, any Error>) in
                let hasStarted = Thread.detached {
                    let runner = Runner(loop)
                    unsafe continuation.resume(with: Result { try finish(runner) { try runner.finish(task) } })
                }
                if hasStarted { return }
                // It has not run: this thread may close it, which ends the task unrun.
                _ = try? loop.core.close()
                unsafe continuation.resume(throwing: LoopError.cannotStart("no thread could be started"))
            }
        } onCancel: {
            task.cancel()
        }
    }

    private static func finish<T: Sendable>(_ runner: Runner, _ body: () throws -> T) throws -> T {
        let result = Result { try body() }
        do {
            try runner.close()
        } catch {
            // The body's own error says more than what its left-over tasks did to the close.
            if case .success = result { throw error }
        }
        return try result.get()
    }
}
