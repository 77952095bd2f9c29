import Synchronization

/// The timeout of a scope, for the code in it: `withTimeout` and `withDeadline` hand it out. Corresponds to
/// `asyncio.Timeout`.
@safe
public final class Timeout: CustomStringConvertible, @unchecked Sendable {
    // Sendable: what is not atomic is the loop's thread's.

    private enum Phase: UInt8 {
        case active
        /// The deadline has passed, and the body is still there.
        case expiring
        case expired, finished
    }

    let core: LoopCore
    private let phaseCell = Atomic<UInt8>(Phase.active.rawValue)
    private let deadline: Atomic<Int64>
    private var timer: TimerHandle?
    /// The task that runs the body, from its beginning to its end.
    ///
    /// SAFETY: kept beyond the closure that gave it, because that task's own last step, `leave`, clears it.
    private var child: UnsafeCurrentTask?
    /// The loop's task whose part that is, if it is any's.
    private var root: AnyFuture?

    init(core: LoopCore, deadline: Int64) {
        self.core = core
        self.deadline = Atomic(deadline)
    }

    /// When the scope ends, on the loop's clock; nothing: never. From any thread. Corresponds to `Timeout.when()`.
    public var when: LoopClock.Instant? {
        let nanoseconds = deadline.load(ordering: .relaxed)
        return nanoseconds == .max ? nil : LoopClock.Instant(nanoseconds: nanoseconds)
    }

    /// Whether the deadline passed while the body ran. From any thread. Corresponds to `Timeout.expired()`.
    public var isExpired: Bool { phase == .expiring || phase == .expired }

    /// Moves the deadline; nothing: there is none any more. On the loop's thread. Corresponds to `Timeout.reschedule`.
    ///
    /// - Throws: `FutureError.invalidState` when the scope has ended or its deadline has passed; `LoopError.wrongThread`.
    public func reschedule(to when: LoopClock.Instant?) throws {
        guard core.isOnOwnerThread else {
            core.reportWrongThread("Timeout.reschedule")
            throw LoopError.wrongThread
        }
        guard phase == .active else { throw FutureError.invalidState("Cannot change state of \(phase) Timeout") }
        deadline.store(when?.nanoseconds ?? .max, ordering: .relaxed)
        schedule()
    }

    /// The same, that long from now.
    public func reschedule(after delay: Duration) throws {
        try reschedule(to: LoopClock.Instant(nanoseconds: core.now).advanced(by: delay))
    }

    public var description: String {
        guard phase == .active else { return "<Timeout [\(phase)]>" }
        return "<Timeout [active] when=\(when.map { "\($0)" } ?? "None")>"
    }

    private var phase: Phase {
        get { unsafe Phase(rawValue: phaseCell.load(ordering: .relaxed)).unsafelyUnwrapped }
        set { phaseCell.store(newValue.rawValue, ordering: .relaxed) }
    }

    // MARK: On the loop's thread

    func schedule() {
        timer?.cancel()
        timer = nil
        guard let when else { return }
        timer = core.callAt(when) { [weak self] in self?.expire() }
    }

    /// Cancels the body. What it waits for is found as for `LoopTask.cancel`: inner scopes have put their task there.
    private func expire() {
        guard phase == .active else { return }
        phase = .expiring
        timer = nil
        cancelBody()
    }

    private func cancelBody() {
        unsafe child?.cancel()
        if let root, let token = unsafe core.tasks.waiting(root.runningTask) { core.cancelWait(token, of: root) }
    }

    /// The body begins. Its task, a child, takes its parent's place in the loop's registry, so that a cancellation of the
    /// loop's task finds what it waits for, no operation in the scope needs a handler, and `LoopTask.current` is as outside.
    func enter(as parent: UnsafeRawPointer?) {
        unsafe withUnsafeCurrentTask { unsafe child = $0 }
        if let root = unsafe core.tasks.task(parent), let key = unsafe SwiftTask.current {
            self.root = root
            unsafe core.tasks.insert(key, root)
            unsafe root.runningTask = key
        }
        if phase == .expiring { cancelBody() }
    }

    /// The body has ended: its parent goes on.
    func leave(to parent: UnsafeRawPointer?) {
        if let root, let key = unsafe SwiftTask.current {
            unsafe core.tasks.remove(key)
            unsafe root.runningTask = parent
        }
        unsafe child = nil
        root = nil
    }

    /// The scope is over. True when its deadline had passed.
    func finish() -> Bool {
        timer?.cancel()
        timer = nil
        phase = phase == .expiring ? .expired : .finished
        return phase == .expired
    }
}
