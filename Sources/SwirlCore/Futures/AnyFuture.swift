import Synchronization

/// What a future is, whatever the type of its result: its state, who waits for it, and whom it calls.
///
/// Not generic, so that waiting and callbacks are compiled once and futures of several types fit one set.
///
/// A future belongs to its loop. What changes it takes the loop as `on loop: isolated Loop = #isolation`: nothing is
/// written at the call on a loop, off loops it does not compile, and on another loop than the future's it is refused. Its
/// state and its result can be read from any thread.
public class AnyFuture: Hashable, CustomStringConvertible, @unchecked Sendable {
    // Sendable: what changes belongs to the loop's owner thread, but for the atomics. The result is stored before the state,
    // once, and read after it.

    /// Where a future stands. Corresponds to asyncio's `PENDING`, `FINISHED` and `CANCELLED`.
    public enum State: UInt8, Sendable, CustomStringConvertible {
        /// There is no result yet.
        case pending
        /// There is a result or an error.
        case finished
        /// It was cancelled.
        case cancelled

        public var description: String {
            switch self {
            case .pending: "pending"
            case .finished: "finished"
            case .cancelled: "cancelled"
            }
        }
    }

    /// Whom a future tells that it is done.
    enum Listener {
        case nobody
        case waiter(Token)
        case callback(Handle)
    }

    let core: LoopCore
    private let stateCell = Atomic<UInt8>(State.pending.rawValue)
    private let retrieved = Atomic<Bool>(false)
    /// The place of a task that has not begun, in the list of those.
    @safe @exclusivity(unchecked) final var unstartedPlace: Int32 = 0
    // In order: the first here, so that the one task that waits for most futures costs no allocation.
    @safe @exclusivity(unchecked) private var first = Listener.nobody
    @safe @exclusivity(unchecked) private var othersMax: Int32 = 16
    @safe @exclusivity(unchecked) private(set) final var others: [Listener] = []

    /// Stored before the state says that it is there.
    @safe @exclusivity(unchecked) final var failure: (any Error)?

    init(core: LoopCore) {
        self.core = core
    }

    deinit {
        // SAFETY of the reads: the last reference is gone, so no other thread looks.
        guard let failure, !isRetrieved, stateNow == .finished else { return }
        core.reportUnretrieved(failure, of: label)
    }

    /// The first step of `cancelHere`: `Future`, `LoopTask` and `Gathering` say how.
    func requestCancel() -> CancelRequest { .over }

    /// For tasks: a cancellation is under way to what it waits for.
    var isPassingOnCancel: Bool {
        get { false }
        set {}
    }

    /// The Swift task that a loop's task runs as: its own, or the one of the innermost timeout scope.
    var runningTask: UnsafeRawPointer? {
        get { nil }
        set {}
    }

    public nonisolated var description: String { "<Future \(stateNow)>" }

    /// What tells this future from others, for messages.
    var label: String { "Future" }

    public static func == (a: AnyFuture, b: AnyFuture) -> Bool { a === b }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }

    // MARK: From any thread

    final var stateNow: State {
        // SAFETY: only raw values of states are stored.
        unsafe State(rawValue: stateCell.load(ordering: .acquiring)).unsafelyUnwrapped
    }

    /// Whether anybody has looked at the result: an error that nobody looked at is reported.
    final var isRetrieved: Bool {
        get { retrieved.load(ordering: .relaxed) }
        set { retrieved.store(newValue, ordering: .relaxed) }
    }

    /// The error that the future finished with; a `CancellationError` for a cancelled one. Looking leaves it unretrieved.
    final var errorNow: (any Error)? { stateNow == .pending ? nil : failure }

    /// Whether it is finished or cancelled. From any thread. Corresponds to `Future.done()`.
    public final func isDone() -> Bool { stateNow != .pending }

    /// Whether it was cancelled. From any thread. Corresponds to `Future.cancelled()`.
    public final func isCancelled() -> Bool { stateNow == .cancelled }

    /// Pending, finished or cancelled. From any thread; only the loop's own thread sees a pending future that stays so.
    public final func state() -> State { stateNow }

    /// Cancels the future: awaiting it throws `CancellationError`. From any thread. Corresponds to `Future.cancel()`.
    ///
    /// A `LoopTask` is asked to end: what it waits for, and what it starts next, throws `CancellationError`, and a future or a
    /// task that it waits for is cancelled as well; `shield` keeps that from happening. It is pending until its body has
    /// returned; what that returns or throws is its result.
    ///
    /// - Returns: false when it is done already, or its loop is closed: then nothing happens.
    @discardableResult
    public final func cancel() -> Bool {
        guard stateNow == .pending else {
            isRetrieved = true
            return false
        }
        return core.callOnLoop { [self] _ in cancelHere() }
    }

    // MARK: On the loop's thread

    /// The future has come to its end: wakes who waits and puts callbacks into the ready queue, in the order in which they came.
    final func settle(_ state: State) {
        stateCell.store(state.rawValue, ordering: .releasing)
        // Who is told goes to the ready queue, or into its slot: nobody comes back here meanwhile.
        tell(first)
        first = .nobody
        if others.isEmpty { return }
        let all = others
        others = []
        for listener in all { tell(listener) }
    }

    private func tell(_ listener: Listener) {
        switch listener {
        case .nobody: break
        case .waiter(let token): _ = core.wake(token)
        case .callback(let handle): call(handle)
        }
    }

    private func call(_ handle: Handle) {
        if let callback = handle as? DoneCallback { callback.future = self }
        core.ready.append(.callback(handle))
    }

    /// Calls `handle` once the future is done: by the loop, never inline.
    final func whenDone(_ handle: Handle) {
        if stateNow == .pending { add(.callback(handle)) } else { call(handle) }
    }

    /// Whether `handle` was still to be called when the future is done.
    final func forget(_ handle: Handle) -> Bool {
        if case .callback(let found) = first, found === handle {
            first = .nobody
            return true
        }
        let count = others.count
        others.removeAll { if case .callback(let found) = $0 { found === handle } else { false } }
        return others.count < count
    }

    final func add(_ listener: Listener) {
        if case .nobody = first, others.isEmpty { return first = listener }
        others.append(listener)
        if others.count > Int(othersMax) { dropThoseGone() }
    }

    /// Waits that ended before the future did (a deadline, a shield) leave their token, and callbacks that were cancelled their
    /// handle: they go before the list doubles.
    private func dropThoseGone() {
        // Last: what a callback has captured goes with it, and may come back here.
        let all = others
        others = all.filter { isThere($0) }
        othersMax = Int32(clamping: max(16, others.count * 2))
    }

    private func isThere(_ listener: Listener) -> Bool {
        switch listener {
        case .nobody: false
        case .waiter(let token): unsafe core.slots.find(token) != nil
        case .callback(let handle): !handle.isCancelled
        }
    }

    /// How many are to be told, those that are gone included.
    final var listenerCount: Int {
        if case .nobody = first { others.count } else { others.count + 1 }
    }

    /// The callbacks that are to be called, in order.
    final var callbacks: [Handle] {
        ([first] + others).compactMap { if case .callback(let handle) = $0, !handle.isCancelled { handle } else { nil } }
    }
}
