import CSwirlSystem

/// A loop on a thread of its own, and how to end it. Corresponds to `Thread(target=loop.run_forever)` in asyncio's programs.
///
/// ```swift
/// let background = try LoopThread(.automatic)
/// let task = try background.loop.submit { loop in try await fetch(on: loop) }
/// …
/// try background.stop()
/// ```
///
/// The loop takes work from all threads by `submit`, `createTask` and `callSoonThreadsafe`. It runs until somebody stops it;
/// then its thread closes it, as `Loop.close`, and ends. A process that shall live until then joins the thread. One that is
/// dropped is stopped, without anybody waiting.
public final class LoopThread: Sendable {
    /// The loop that the thread runs. Closed when the thread has ended.
    public let loop: Loop
    private let life: Life

    /// The state that the thread and its owner share.
    @safe
    private final class Life: @unchecked Sendable {
        // Sendable: all of it is under `monitor`.
        let monitor = Monitor()
        var hasStarted = false
        var result: Result<Void, LoopError>?
        var waiters: [UnsafeContinuation<Void, Never>] = unsafe []
    }

    /// Creates the loop and starts its thread. Returns when the loop runs.
    ///
    /// - Throws: `BackendError`, as `Loop.init`; `LoopError.cannotStart`.
    public init(_ backend: Backend, options: LoopOptions = LoopOptions()) throws {
        let loop = try Loop(backend, options: options)
        let life = Life()
        self.loop = loop
        self.life = life
        guard Thread.detached({ Self.serve(loop, life) }) else {
            _ = try? loop.core.close()
            throw LoopError.cannotStart("no thread could be started")
        }
        life.monitor.lock()
        defer { life.monitor.unlock() }
        while !life.hasStarted && life.result == nil { life.monitor.wait() }
        try life.result?.get()
    }

    deinit {
        loop.stop()
    }

    private static func serve(_ loop: Loop, _ life: Life) {
        let result: Result<Void, LoopError>
        do throws(LoopError) {
            try loop.core.runForever { _ in
                life.monitor.locked { life.hasStarted = true }
                life.monitor.broadcast()
            }
            let left = try loop.core.close()
            result = left > 0 ? .failure(.closedWithTasks(left)) : .success(())
        } catch {
            // It could not be bound to this thread: it has never run.
            _ = try? loop.core.close()
            result = .failure(error)
        }
        let waiters = unsafe life.monitor.locked {
            life.result = result
            defer { unsafe life.waiters = [] }
            return unsafe life.waiters
        }
        life.monitor.broadcast()
        unsafe waiters.forEach { unsafe $0.resume() }
    }

    /// Waits until somebody has stopped the loop and its thread has closed it. Any number of times.
    ///
    /// - Throws: `LoopError.closedWithTasks`, as `Loop.close`; `cannotCloseWhileRunning` on the loop's own thread, which
    ///   cannot wait for its own end.
    @available(*, noasync, message: "it blocks its thread: use `await ended()`")
    public func join() throws(LoopError) {
        if loop.core.isOnOwnerThread { throw .cannotCloseWhileRunning }
        life.monitor.lock()
        defer { life.monitor.unlock() }
        while true {
            if let result = life.result { return try result.get() }
            life.monitor.wait()
        }
    }

    /// Stops the loop, has its thread close it, and waits for the end. A second time only waits.
    ///
    /// - Throws: as `join`.
    @available(*, noasync, message: "it blocks its thread: call `loop.stop()`, then `await ended()`")
    public func stop() throws(LoopError) {
        if loop.core.isOnOwnerThread { throw .cannotCloseWhileRunning }
        loop.stop()
        try join()
    }

    /// As `join`, for callers that are async.
    ///
    /// - Cancellation: none: the loop ends when it is stopped.
    public func ended() async throws(LoopError) {
        if loop.core.isOnOwnerThread { throw .cannotCloseWhileRunning }
        await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let isOver = life.monitor.locked {
                if life.result == nil { unsafe life.waiters.append(continuation) }
                return life.result != nil
            }
            if isOver { unsafe continuation.resume() }
        }
        let result = life.monitor.locked { life.result! }
        try result.get()
    }
}
