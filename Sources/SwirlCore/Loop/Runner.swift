/// Runs one task after another on one loop, and closes the loop. Corresponds to `asyncio.Runner`.
///
/// ```swift
/// let runner = try Runner(.automatic)
/// let listener = try runner.run { _ in try await TCPListener.bind(to: .loopback(port: 0)) }
/// try runner.run { loop in … }
/// try runner.close()
/// ```
///
/// Belongs to the thread of its first `run`, as its loop does. One that is dropped unclosed leaves its loop unclosed.
public final class Runner {
    /// The loop that it runs. Closed when the runner is.
    public let loop: Loop
    private let onMainThreadOnly: Bool

    /// Creates the loop; it runs only in `run`.
    ///
    /// - Throws: `BackendError`, as `Loop.init`.
    public init(_ backend: Backend, options: LoopOptions = LoopOptions()) throws(BackendError) {
        loop = try Loop(backend, options: options)
        onMainThreadOnly = true
    }

    /// For a loop that runs on a thread of its own because its caller awaits.
    init(_ loop: Loop) {
        self.loop = loop
        onMainThreadOnly = false
    }

    /// Runs `body` as a task of the loop, and the loop on this thread until it has ended. Tasks that it leaves behind stay for
    /// the next `run`, suspended, or for `close`, which cancels them.
    ///
    /// Ctrl-C (`SIGINT`) while it runs on the main thread cancels the task; when that ends cancelled, `run` throws
    /// `Interrupted`; `CancellationError` where something else had cancelled it before. A second Ctrl-C does what it does
    /// without a loop: it ends the process, though the loop be blocked. All this only when nobody else handles `SIGINT`, and
    /// not with `LoopOptions.cancelsOnInterrupt` off.
    ///
    /// - Throws: `body`'s error; `Interrupted`; `LoopError`: closed, running already, another loop on this thread, not this
    ///   loop's thread, or stopped before `body` had ended.
    @available(*, noasync, message: "a thread that awaits cannot run a loop: use `await Loop.run`")
    public func run<T: Sendable>(_ body: @escaping @Sendable (isolated Loop) async throws -> T) throws -> T {
        // First: a task whose run was refused would wait for the next one.
        try loop.core.expectRunnable()
        return try finish(loop.createTask(name: "main", body))
    }

    func finish<T: Sendable>(_ task: LoopTask<T>) throws -> T {
        let interrupts = Interrupts(loop.core, onMainThreadOnly: onMainThreadOnly) {
            let wasCancelled = task.isCancelling()
            return task.cancel() && !wasCancelled
        }
        defer { interrupts.end() }
        let result = Result { try loop.runUntilComplete(task) { _ in interrupts.begin() } }
        if interrupts.haveCancelled, case .failure(let error) = result, error is CancellationError { throw Interrupted() }
        return try result.get()
    }

    /// Closes the loop, as `Loop.close`. A second time does nothing.
    @available(*, noasync, message: "close blocks its thread: call it where the loop ran")
    public func close() throws(LoopError) {
        try loop.close()
    }
}
