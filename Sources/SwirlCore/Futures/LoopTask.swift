import CSwirlSystem
import Synchronization

/// A task of a loop: async code that runs there, and the future of its result. Corresponds to `asyncio.Task`.
///
/// Made by `Loop.createTask` only. The loop holds it until it has ended.
@safe
public final class LoopTask<T: Sendable>: Future<T>, @unchecked Sendable {
    // Sendable: as AnyFuture. `name` and the place never change.
    public let name: String
    let place: SourcePlace
    @safe @exclusivity(unchecked) private var current: UnsafeCurrentTask?
    /// The running Swift task's address, by which the loop's registry knows it.
    private var key: UnsafeRawPointer?
    private var isCancelRequested = false

    init(core: LoopCore, name: String?, place: SourcePlace) {
        self.name = name ?? "Task-\(core.taskNumber.wrappingAdd(1, ordering: .relaxed).newValue)"
        self.place = place
        super.init(core: core)
        core.liveTasks.wrappingAdd(1, ordering: .relaxed)
    }

    override var kindName: String { "LoopTask" }

    override var label: String { " '\(name)' \(place)" }

    public override var description: String {
        "<LoopTask \(stateNow.rawValue) name='\(name)' \(place)\(outcomeText)>"
    }

    private var outcomeText: String {
        switch (stateNow, outcome) {
        case (.finished, .success(let value)?): value is Void ? " result=None" : " result=\(value)"
        case (.finished, .failure(let error)?): " error=\(error)"
        default: ""
        }
    }

    /// As `cancel`, on the loop's thread: what the task waits for ends with `CancellationError`, and so does what it starts
    /// next. Before its first step: its body never runs. A result that is there wins (D3).
    override func cancelHere() {
        guard stateNow == .pending else { return }
        isCancelRequested = true
        unsafe current?.cancel()
        if let token = unsafe core.tasks.waiting(unsafe key) { core.interrupt(token, .cancelled) }
    }

    /// The first step, on the loop's thread. False when the body shall not run.
    func begin() -> Bool {
        if isCancelRequested || core.phase >= .closing {
            end(.failure(CancellationError()))
            return false
        }
        let key = unsafe SwiftTask.current!
        unsafe self.key = key
        unsafe withUnsafeCurrentTask { unsafe current = $0 }
        unsafe core.tasks.insert(key, self)
        core.debug?.began(self)
        return true
    }

    /// The last step.
    func end(_ result: Result<T, any Error>) {
        if let key = unsafe key {
            current = nil
            unsafe self.key = nil
            unsafe core.tasks.remove(key)
        }
        outcome = result
        if case .failure(let error) = result, error is CancellationError {
            settle(.cancelled)
        } else {
            settle(.finished)
        }
        core.taskEnded()
    }
}

/// Where something was made, for messages.
struct SourcePlace: CustomStringConvertible, Sendable {
    let file: StaticString
    let line: UInt

    var description: String { "\(file):\(line)" }
}
