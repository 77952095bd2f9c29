/// Receives what nobody else handles: the error of a task or a future that nobody looked at.
public typealias ExceptionHandler = @Sendable (any Error, _ context: String) -> Void

extension Loop {
    /// Has errors that reach nobody given to `handler`, once each, on the loop's thread. Without one they are logged, and so are
    /// those that come once the loop is closed, which lets the handler go. Corresponds to `loop.set_exception_handler`.
    public func setExceptionHandler(_ handler: ExceptionHandler?) {
        core.exceptionHandler = handler
    }

    /// Has the loop call `body` in its next turn, after what is ready now. Corresponds to `loop.call_soon`.
    ///
    /// A loop that closes may drop it, and a closed one does: nothing says so but the handle, which is cancelled then.
    /// `callSoonThreadsafe` refuses.
    ///
    /// A closure of another actor than the loop is a programming error: it would run in the wrong place, so it stops the
    /// program with a message. The closure may touch what the caller can touch when the caller runs on this loop.
    ///
    /// - Returns: the handle, whose `cancel` takes the call back.
    @discardableResult
    public func callSoon(
        file: StaticString = #fileID, line: UInt = #line,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) -> Handle {
        let handle = Handle(on: core, at: SourcePlace(file: file, line: line), callable(consume body))
        core.ready.append(.callback(handle))
        return handle
    }

    /// The same from any thread: wakes the loop. Corresponds to `loop.call_soon_threadsafe`.
    ///
    /// On the loop's own thread it is `callSoon`. Before the loop runs, too: `body` is called in its first turn. `cancel` on
    /// the handle is in time until `body` begins.
    ///
    /// - Throws: `LoopError.closed`. What does not throw is called, also when the loop is closed right after.
    @discardableResult
    public nonisolated func callSoonThreadsafe(
        file: StaticString = #fileID, line: UInt = #line, _ body: sending @escaping @Sendable (isolated Loop) -> Void
    ) throws(LoopError) -> Handle {
        let place = SourcePlace(file: file, line: line)
        let handle = Handle(on: core, at: place, calling: .onLoop(consume body))
        if core.isOnOwnerThread, !isClosed {
            core.ready.append(.callback(handle))
        } else if !core.post(handle) {
            throw .closed
        }
        return handle
    }

    /// Has the loop call `body` after a delay. Equal deadlines: in the order of the calls. After a delay of zero or less:
    /// behind what is ready now. O(log n). Corresponds to `loop.call_later`.
    ///
    /// It comes only if it is due before the loop is closed: what is not by then, and what is asked of a closed loop, never comes,
    /// and nobody is told.
    @discardableResult
    public func callLater(
        _ delay: Duration, file: StaticString = #fileID, line: UInt = #line,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) -> TimerHandle {
        core.callAt(time.advanced(by: delay), SourcePlace(file: file, line: line), callable(consume body))
    }

    /// Has the loop call `body` at a time of its clock, not before. At once, in the next turn, when that has passed. O(log n).
    /// On a loop that closes as `callLater`. Corresponds to `loop.call_at`.
    @discardableResult
    public func callAt(
        _ when: LoopClock.Instant, file: StaticString = #fileID, line: UInt = #line,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) -> TimerHandle {
        core.callAt(when, SourcePlace(file: file, line: line), callable(consume body))
    }

    /// The closure as one that can be called on the loop's thread without `await`.
    @inline(__always)
    nonisolated func callable(_ body: consuming @escaping @isolated(any) () -> Void) -> () -> Void {
        expectOurs(body)
        return Isolated.synchronous(consume body)
    }

    /// The same for a closure that takes something.
    @inline(__always)
    nonisolated func callable<A>(_ body: consuming @escaping @isolated(any) (A) -> Void) -> (A) -> Void {
        expectOurs(body)
        return Isolated.synchronous(consume body)
    }

    private nonisolated func expectOurs(_ body: @isolated(any) () -> Void) {
        if let isolation = body.isolation, isolation !== self { expectOurs(isolation) }
    }

    private nonisolated func expectOurs<A>(_ body: @isolated(any) (A) -> Void) {
        if let isolation = body.isolation, isolation !== self { expectOurs(isolation) }
    }

    /// An actor that runs on this loop may give its own closures, too.
    private nonisolated func expectOurs(_ isolation: any Actor) {
        // SAFETY: an unowned executor is two words, the first of which is the executor's address; it is only compared.
        let theirs = unsafe unsafeBitCast(isolation.unownedExecutor, to: (UInt, UInt).self).0
        let ours = unsafe unsafeBitCast(unownedExecutor, to: (UInt, UInt).self).0
        precondition(
            theirs == ours,
            "a closure of \(type(of: isolation)) cannot be a loop's callback: make it in the loop's own code, or callSoonThreadsafe"
        )
    }
}
