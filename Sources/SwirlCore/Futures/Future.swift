/// A result that is not there yet. Corresponds to `asyncio.Future`.
///
/// Pending, then once and for good finished (with a result or an error) or cancelled. May be awaited any number of times.
/// An error that nobody looked at is logged when the last reference goes.
public class Future<T: Sendable>: AnyFuture, @unchecked Sendable {
    // Sendable: as AnyFuture.
    @safe @exclusivity(unchecked) final var outcome: Result<T, any Error>?

    override init(core: LoopCore) {
        super.init(core: core)
    }

    deinit {
        // SAFETY of the reads: the last reference is gone, so no other thread looks.
        guard !isRetrieved, case .failure(let error)? = outcome, !(error is CancellationError) else { return }
        let context = "an error was never retrieved: \(kindName)\(label)"
        core.callOnLoop { $0.report(error, context) }
    }

    /// A pending future of the loop that the caller runs on.
    public convenience init(on loop: isolated Loop = #isolation) {
        self.init(core: loop.core)
    }

    /// Whether it is finished or cancelled.
    public final func isDone(on loop: isolated Loop = #isolation) -> Bool { stateNow != .pending }

    public final func state(on loop: isolated Loop = #isolation) -> State { stateNow }

    /// Finishes the future. Whoever waits goes to the end of the ready queue; nothing runs inline.
    ///
    /// - Throws: `FutureError.invalidState` when it is done already; it then keeps what it has.
    public final func setResult(_ value: T, on loop: isolated Loop = #isolation) throws(FutureError) {
        try finish(.success(value))
    }

    /// As `setResult`, with an error.
    public final func setError(_ error: any Error, on loop: isolated Loop = #isolation) throws(FutureError) {
        try finish(.failure(error))
    }

    final func finish(_ result: Result<T, any Error>) throws(FutureError) {
        guard stateNow == .pending else { throw .invalidState("the future is \(stateNow.rawValue) already") }
        outcome = result
        settle(.finished)
    }

    /// Cancels the future: awaiting it throws `CancellationError`. From any thread. Nothing when it is done already, or the
    /// loop is closed.
    ///
    /// A `LoopTask` is asked to end: what it waits for, and what it starts next, throws `CancellationError`. It is pending
    /// until its body has returned; what that returns or throws is its result.
    public func cancel() {
        if core.isOnOwnerThread {
            cancelHere()
        } else {
            _ = core.inbox.post(.run(RemoteCall { [self] _ in cancelHere() }))
        }
    }

    override func cancelHere() {
        guard stateNow == .pending else { return }
        outcome = .failure(CancellationError())
        settle(.cancelled)
    }

    /// The result, at once. Never waits.
    ///
    /// - Throws: the future's error; `CancellationError` when it was cancelled; `FutureError.invalidState` while pending.
    public final func result(on loop: isolated Loop = #isolation) throws -> T {
        guard let outcome else { throw FutureError.invalidState("Result is not set.") }
        isRetrieved = true
        return try outcome.get()
    }

    /// The error, or nothing when it finished with a result.
    ///
    /// - Throws: `CancellationError` when it was cancelled; `FutureError.invalidState` while pending.
    public final func error(on loop: isolated Loop = #isolation) throws -> (any Error)? {
        guard let outcome else { throw FutureError.invalidState("Exception is not set.") }
        isRetrieved = true
        if stateNow == .cancelled { throw CancellationError() }
        if case .failure(let error) = outcome { return error }
        return nil
    }

    /// Has the loop call `body` when the future is done: in order, never inline, in the next turn when it is done now.
    public final func addDoneCallback(
        on loop: isolated Loop = #isolation,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) (Future<T>) -> Void
    ) {
        let call = Isolated.synchronous(body)
        whenDone(Handle { [self] in call(self) })
    }

    /// The result, once it is there.
    ///
    /// - Throws: the future's error; `CancellationError` when the future or the waiting task was cancelled;
    ///   `LoopError.closed` when the loop closed before.
    /// - Cancellation: the wait ends with `CancellationError`.
    public nonisolated(nonsending) final var value: T {
        get async throws {
            let result = await wait()
            if result == Ending.loopClosed, stateNow == .pending { throw LoopError.closed }
            if result == Ending.cancelled { throw CancellationError() }
            guard let outcome else { throw LoopError.closed }
            isRetrieved = true
            return try outcome.get()
        }
    }
}

/// What went wrong with a future itself.
public enum FutureError: Error, CustomStringConvertible, Sendable {
    /// Set twice, or read before it was set. Corresponds to `asyncio.InvalidStateError`.
    case invalidState(String)

    public var description: String {
        switch self {
        case .invalidState(let why): why
        }
    }
}
