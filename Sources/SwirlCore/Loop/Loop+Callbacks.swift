/// Receives what nobody else handles: the error of a task or a future that nobody looked at.
public typealias ExceptionHandler = @Sendable (any Error, _ context: String) -> Void

extension Loop {
    /// Has errors that reach nobody given to `handler`, once each, on the loop's thread. Without one they are logged.
    /// Corresponds to `loop.set_exception_handler`.
    public func setExceptionHandler(_ handler: ExceptionHandler?) {
        core.exceptionHandler = handler
    }

    /// Has the loop call `body` in its next turn, after what is ready now. Corresponds to `loop.call_soon`.
    @discardableResult
    public func callSoon(@_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void) -> Handle {
        let handle = Handle(Isolated.synchronous(body))
        core.ready.append(.callback(handle))
        return handle
    }

    /// The same from any thread: wakes the loop. Corresponds to `loop.call_soon_threadsafe`.
    ///
    /// Before the loop runs, too: `body` is called in its first turn. `cancel` on the handle is in time until `body` begins.
    ///
    /// - Throws: `LoopError.closed`.
    @discardableResult
    public nonisolated func callSoonThreadsafe(_ body: @escaping @Sendable (isolated Loop) -> Void) throws(LoopError) -> Handle {
        let handle = Handle { [self] in self.assumeIsolated { body($0) } }
        guard core.inbox.post(.callback(handle)) else { throw .closed }
        return handle
    }

    /// Has the loop call `body` after a delay. Equal deadlines: in the order of the calls. O(log n).
    /// Corresponds to `loop.call_later`.
    @discardableResult
    public func callLater(
        _ delay: Duration, @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) -> TimerHandle {
        schedule(time.advanced(by: delay), Isolated.synchronous(body))
    }

    /// Has the loop call `body` at a time of its clock, not before. At once, in the next turn, when that has passed. O(log n).
    /// Corresponds to `loop.call_at`.
    @discardableResult
    public func callAt(
        _ when: LoopClock.Instant, @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) -> TimerHandle {
        schedule(when, Isolated.synchronous(body))
    }

    private func schedule(_ when: LoopClock.Instant, _ body: @escaping () -> Void) -> TimerHandle {
        let handle = TimerHandle(when: when, core: core, body)
        if core.phase < .closed { handle.timer = core.timers.insert(at: when.nanoseconds, .call(handle)) }
        return handle
    }

    /// Suspends the task for a while; everything else of the loop goes on. Corresponds to `asyncio.sleep`.
    ///
    /// A duration of zero or less lets everything run once that is ready now. Never shorter than asked for. O(log n), and no
    /// system call of its own.
    ///
    /// - Cancellation: throws `CancellationError` at once, and the timer is gone.
    /// - Throws: `CancellationError`; `LoopError.closed`.
    public nonisolated(nonsending) func sleep(for duration: Duration) async throws {
        if duration <= .zero { return try await core.letOthersRun() }
        try await core.sleep(until: time.advanced(by: duration).nanoseconds)
    }

    /// Suspends the task until a time of the loop's clock, as `sleep(for:)`. From any thread; the task goes on where it was.
    public nonisolated(nonsending) func sleep(until deadline: LoopClock.Instant) async throws {
        try await core.sleep(until: deadline.nanoseconds)
    }
}
