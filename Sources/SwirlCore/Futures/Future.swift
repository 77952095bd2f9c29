/// A result that is not there yet. Corresponds to `asyncio.Future`.
///
/// Pending, then once and for good finished (with a result or an error) or cancelled. May be awaited any number of times,
/// by tasks of its loop, of other loops and of none. An error that nobody looked at reaches the loop's exception handler, once:
/// when the last reference goes, or when the loop is closed.
public class Future<T: Sendable>: AnyFuture, @unchecked Sendable {
    // Sendable: as AnyFuture.
    /// The result, which is there when the future has finished without an error. Stored before the state says so.
    @exclusivity(unchecked) private final var room = ValueRoom()

    override init(core: LoopCore) {
        super.init(core: core)
    }

    deinit {
        if stateNow == .finished, failure == nil { unsafe room.clear(T.self) }
    }

    /// A pending future of the loop that the caller runs on. Elsewhere: `loop.createFuture()`.
    public convenience init(on loop: isolated Loop = #isolation) {
        self.init(core: loop.core)
    }

    public override nonisolated var description: String { describe(kind: "Future", state: "\(stateNow)", "") }

    /// Puts the result down, before the state says that it is there.
    final func store(_ value: consuming T) {
        unsafe room.store(value)
    }

    /// What it came to, without counting as a look. It must not be pending. From any thread.
    final func outcome() throws -> T {
        if let failure { throw failure }
        return unsafe room.load(as: T.self)
    }

    /// The same as a look that counts.
    final func retrieve() throws -> T {
        isRetrieved = true
        return try outcome()
    }

    // MARK: Its end

    /// Finishes the future. Whoever waits goes to the end of the ready queue; nothing runs inline. Corresponds to
    /// `Future.set_result`.
    ///
    /// - Throws: `FutureError.invalidState` when it is done already, it then keeps what it has; `FutureError.isATask` for a
    ///   task, whose result is what its body returns; `FutureError.foreignLoop` on another loop than the future's.
    public final func setResult(_ value: T, on loop: isolated Loop = #isolation) throws(FutureError) {
        guard loop.core === core else { throw foreign("Future.setResult") }
        try expectUnsettled()
        store(value)
        settle(.finished)
    }

    /// As `setResult`, with an error. Corresponds to `Future.set_exception`.
    public final func setError(_ error: any Error, on loop: isolated Loop = #isolation) throws(FutureError) {
        guard loop.core === core else { throw foreign("Future.setError") }
        try expectUnsettled()
        failure = error
        settle(.finished)
        core.noteFailure(self)
    }

    func expectUnsettled() throws(FutureError) {
        if stateNow != .pending { throw .invalidState("the future is \(stateNow) already: \(self)") }
    }

    /// Why nobody changes it on another loop, whose thread is not its own.
    private func foreign(_ call: String) -> FutureError {
        core.reportWrongThread(call)
        return .foreignLoop("\(self)")
    }

    override func requestCancel() -> CancelRequest {
        if stateNow == .pending {
            failure = CancellationError()
            settle(.cancelled)
        }
        return .over
    }

    // MARK: Its result

    /// The result, at once. Never waits. From any thread. Corresponds to `Future.result()`.
    ///
    /// - Throws: the future's error; `CancellationError` when it was cancelled; `FutureError.invalidState` while pending.
    public final func result() throws -> T {
        if stateNow == .pending { throw FutureError.invalidState("Result is not set.") }
        return try retrieve()
    }

    /// The error, or nothing when it finished with a result. Never waits. From any thread. Corresponds to
    /// `Future.exception()`.
    ///
    /// - Throws: `CancellationError` when it was cancelled; `FutureError.invalidState` while pending.
    public final func error() throws -> (any Error)? {
        if stateNow == .pending { throw FutureError.invalidState("Exception is not set.") }
        isRetrieved = true
        if stateNow == .cancelled { throw CancellationError() }
        return failure
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
            if stateNow == .pending { throw failure(of: ending) }
            return try retrieve()
        }
    }
}

extension AnyFuture {
    /// Why a wait for this future ended while it is pending.
    final func failure(of ending: Int32) -> any Error {
        switch ending {
        case Ending.cancelled, Ending.circle: CancellationError()
        case Ending.awaitsItself: FutureError.awaitsItself("\(self)")
        default: LoopError.closed
        }
    }
}
