/// What a future is, whatever the type of its result: its state, who waits for it, and whom it calls.
///
/// Not generic, so that waiting and callbacks are compiled once and futures of several types fit one set.
///
/// A future belongs to its loop. What changes it takes the loop as `on loop: isolated Loop = #isolation`: nothing is
/// written at the call on the loop, and elsewhere it does not compile.
public class AnyFuture: Hashable, CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.

    public enum State: String, Sendable {
        case pending, finished, cancelled
    }

    let core: LoopCore
    @safe @exclusivity(unchecked) final var stateNow = State.pending
    /// The slots of the tasks that wait.
    @safe @exclusivity(unchecked) private var waiters: [Token] = []
    private var waitersMax = 16
    private var callbacks: [Handle] = []
    /// Whether anybody has looked at the result: an error that nobody looked at is reported.
    @safe @exclusivity(unchecked) final var isRetrieved = false

    init(core: LoopCore) {
        self.core = core
    }

    /// Cancels on the loop's thread; `Future` and `LoopTask` say how.
    func cancelHere() {}

    public nonisolated var description: String { "<\(kindName) \(stateNow.rawValue)>" }

    var kindName: String { "Future" }

    /// What tells this future from others of its kind, for messages.
    var label: String { "" }

    public static func == (a: AnyFuture, b: AnyFuture) -> Bool { a === b }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }

    // MARK: On the loop's thread

    /// The future has come to its end: wakes who waits, in order, and puts the callbacks into the ready queue.
    final func settle(_ state: State) {
        stateNow = state
        let (waiting, calling) = (waiters, callbacks)
        waiters = []
        callbacks = []
        for token in waiting { core.finish(token, 0) }
        for handle in calling { core.ready.append(.callback(handle)) }
    }

    /// Calls `handle` once the future is done: by the loop, never inline.
    final func whenDone(_ handle: Handle) {
        if stateNow == .pending { callbacks.append(handle) } else { core.ready.append(.callback(handle)) }
    }

    /// Waits that ended before the future did (a cancel, a deadline) leave their token: it goes before the list doubles.
    private func dropEndedWaiters() {
        waiters.removeAll { unsafe core.slots.find($0) == nil }
        waitersMax = max(16, waiters.count * 2)
    }

    /// Starts waiting; the slot's wait ends when the future is done.
    final func startWaiting() -> Started {
        guard stateNow == .pending else { return .ended(0) }
        if core.phase >= .ending { return .ended(Ending.loopClosed) }
        let token = core.park()
        if waiters.count >= waitersMax { dropEndedWaiters() }
        waiters.append(token)
        return .waiting(token)
    }

    /// Suspends the running task until the future is done or the task is cancelled.
    final nonisolated(nonsending) func wait() async -> Int32 {
        guard core.isOnOwnerThread else { return await core.waitRemotely { [self] _ in startWaiting() } }
        let refusal = stateNow == .pending ? core.refusal(on: nil) : 0
        if refusal < 0 { return await core.refused(refusal) }
        switch startWaiting() {
        case .ended(let result): return result
        case .waiting(let token): return await core.wait(for: token)
        }
    }
}
