import CSwirlSystem
import Synchronization

/// A task of a loop: async code that runs there, and the future of its result. Corresponds to `asyncio.Task`.
///
/// Made by `Loop.createTask` only. The loop holds it until it has ended.
@safe
public final class LoopTask<T: Sendable>: Future<T>, AnyLoopTask, @unchecked Sendable {
    // Sendable: as AnyFuture. The first name and the place never change.
    /// What `createTask` was told. The runtime is told no other: it keeps a copy for each task, in a record that costs.
    let givenName: String?
    private let number: Int
    private let laterName = LaterName()
    /// SAFETY: the task it names is this one's, which is alive from its first step, which sets it, to its last, which clears it.
    @safe @exclusivity(unchecked) private var current: UnsafeRawPointer?
    /// The running Swift task's address, by which the loop's registry knows it.
    @safe @exclusivity(unchecked) private var key: UnsafeRawPointer?
    let place: SourcePlace
    private let cancelRequested = Atomic<Bool>(false)
    private var isPassingOn = false
    /// For clean-up: a task that has been started by a shield while its loop cancels all others.
    @safe @exclusivity(unchecked) var mayRunWhileClosing = false

    init(core: LoopCore, name: String?, place: SourcePlace) {
        givenName = name
        number = name == nil ? core.taskNumber.wrappingAdd(1, ordering: .relaxed).newValue : 0
        self.place = place
        super.init(core: core)
        core.noteCreated(self)
    }

    /// Its name: what `createTask` was told, else `Task-` and a number, until `setName`. From any thread. Corresponds to
    /// `Task.get_name()`.
    public var name: String { laterName.name?.now ?? givenName ?? "Task-\(number)" }

    /// Renames the task. The Swift task's own name, which debuggers show, stays. From any thread. Corresponds to
    /// `Task.set_name`.
    public func setName(_ name: String) {
        laterName.makeName().now = name
    }

    /// Whether it was asked to end and has not ended yet. From any thread. Corresponds to `Task.cancelling()`, which counts;
    /// here a request cannot be taken back, so that there is nothing to count.
    public func isCancelling() -> Bool { stateNow == .pending && cancelRequested.load(ordering: .relaxed) }

    override var label: String { "LoopTask '\(name)' \(place)" }

    public override var description: String { describe(withAwaited: true) }

    private func describe(withAwaited: Bool) -> String {
        let state = isCancelling() ? "cancelling" : "\(stateNow)"
        var details = " name='\(name)' coro=<\(place)>"
        if withAwaited, stateNow == .pending, core.isOnOwnerThread, let awaited = unsafe core.awaited(by: key) {
            details += " wait_for=\((awaited as? any AnyLoopTask)?.shortDescription ?? "\(awaited)")"
        }
        return describe(kind: "LoopTask", state: state, details)
    }

    /// Without what it waits for.
    public var shortDescription: String { describe(withAwaited: false) }

    override var runningTask: UnsafeRawPointer? {
        get { key }
        set { unsafe key = newValue }
    }

    override func expectUnsettled() throws(FutureError) { throw .isATask("\(self)") }

    /// The task is asked to end. Before its first step: its body never runs. A result that is there wins (D3).
    override func requestCancel() -> CancelRequest {
        if stateNow != .pending { return .over }
        if isPassingOn { return .circle }
        cancelRequested.store(true, ordering: .relaxed)
        if let current { unsafe SwiftTask.cancel(current) }
        return .asked(unsafe core.tasks.waiting(key))
    }

    override var isPassingOnCancel: Bool {
        get { isPassingOn }
        set { isPassingOn = newValue }
    }

    /// The first step, on the loop's thread. Throws when the body shall not run: it has ended then.
    func begin() throws {
        core.noteBegun(self)
        if cancelRequested.load(ordering: .relaxed) || core.phase >= (mayRunWhileClosing ? .ending : .closing) {
            throw end(throwing: CancellationError())
        }
        let key = unsafe SwiftTask.current!
        unsafe self.key = key
        unsafe current = key
        unsafe core.tasks.insert(key, self)
        core.debug?.began(self)
    }

    /// The last step. Gives the result back.
    func end(returning value: T) -> T {
        leave()
        store(value)
        settle(.finished)
        core.taskEnded()
        return value
    }

    func end(throwing error: any Error) -> any Error {
        leave()
        failure = error
        if error is CancellationError {
            settle(.cancelled)
        } else {
            settle(.finished)
            core.noteFailure(self)
        }
        core.taskEnded()
        return error
    }

    /// It is no task that runs any more.
    private func leave() {
        guard let key else { return }
        current = nil
        self.key = nil
        unsafe core.tasks.remove(key)
    }
}
