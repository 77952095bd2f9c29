/// A result that is not there yet. Corresponds to `asyncio.Future`.
///
/// Pending, then once and for good finished (with a result or an error) or cancelled. May be awaited any number of times,
/// by tasks of its loop, of other loops and of none. An error that nobody looked at reaches the loop's exception handler, once:
/// when the last reference goes, or when the loop is closed.
public class Future<T: Sendable>: AnyFuture, @unchecked Sendable {
    // Sendable: as AnyFuture. Stored before the state says that it is there.
    @safe @exclusivity(unchecked) final var outcome: Result<T, any Error>?

    override init(core: LoopCore) {
        super.init(core: core)
    }

    deinit {
        // SAFETY of the reads: the last reference is gone, so no other thread looks.
        guard !isRetrieved, let error = errorNow, !(error is CancellationError) else { return }
        core.reportUnretrieved(error, of: label)
    }

    /// A pending future of the loop that the caller runs on. Elsewhere: `loop.createFuture()`.
    public convenience init(on loop: isolated Loop = #isolation) {
        self.init(core: loop.core)
    }

    public override nonisolated var description: String { describe(kind: "Future", state: "\(stateNow)", "") }

    final override var errorNow: (any Error)? {
        if case .failure(let error)? = settled { error } else { nil }
    }

    /// What it came to. From any thread.
    final var settled: Result<T, any Error>? { stateNow == .pending ? nil : outcome }

    // MARK: Its end

    /// Finishes the future. Whoever waits goes to the end of the ready queue; nothing runs inline. Corresponds to
    /// `Future.set_result`.
    ///
    /// - Throws: `FutureError.invalidState` when it is done already, it then keeps what it has; `FutureError.isATask` for a
    ///   task, whose result is what its body returns.
    public final func setResult(_ value: T, on loop: isolated Loop = #isolation) throws(FutureError) {
        try finish(.success(value))
    }

    /// As `setResult`, with an error. Corresponds to `Future.set_exception`.
    public final func setError(_ error: any Error, on loop: isolated Loop = #isolation) throws(FutureError) {
        try finish(.failure(error))
    }

    func finish(_ result: Result<T, any Error>) throws(FutureError) {
        guard stateNow == .pending else { throw .invalidState("the future is \(stateNow) already: \(self)") }
        outcome = result
        settle(.finished)
        if case .failure = result { core.noteFailure(self) }
    }

    override func requestCancel() -> CancelRequest {
        if stateNow == .pending {
            outcome = .failure(CancellationError())
            settle(.cancelled)
        }
        return .over
    }

    // MARK: Its result

    /// The result, at once. Never waits. From any thread. Corresponds to `Future.result()`.
    ///
    /// - Throws: the future's error; `CancellationError` when it was cancelled; `FutureError.invalidState` while pending.
    public final func result() throws -> T {
        guard let settled else { throw FutureError.invalidState("Result is not set.") }
        isRetrieved = true
        return try settled.get()
    }

    /// The error, or nothing when it finished with a result. Never waits. From any thread. Corresponds to
    /// `Future.exception()`.
    ///
    /// - Throws: `CancellationError` when it was cancelled; `FutureError.invalidState` while pending.
    public final func error() throws -> (any Error)? {
        guard settled != nil else { throw FutureError.invalidState("Exception is not set.") }
        isRetrieved = true
        if stateNow == .cancelled { throw CancellationError() }
        return errorNow
    }

    /// The result, once it is there. Where it is there already, nothing is suspended, but that a task which only awaits such
    /// futures lets others run now and then.
    ///
    /// A future of another loop can be awaited, too: the task hops there and back.
    ///
    /// - Throws: the future's error; `CancellationError` when the future or the waiting task was cancelled;
    ///   `LoopError.closed` when the loop closed before; `FutureError.awaitsItself` for a task that awaits itself.
    /// - Cancellation: cancels the future, too, and sees it end: a task that has been asked to end may still end with a result,
    ///   which is then returned. `shield` leaves the future alone.
    public nonisolated(nonsending) final var value: T {
        get async throws {
            let ending = await wait()
            guard let settled else { throw failure(of: ending) }
            isRetrieved = true
            return try settled.get()
        }
    }
}

extension AnyFuture {
    /// Why a wait for this future ended while it is pending.
    final func failure(of ending: Int32) -> any Error {
        switch ending {
        case Ending.cancelled: CancellationError()
        case Ending.awaitsItself: FutureError.awaitsItself("\(self)")
        default: LoopError.closed
        }
    }
}
