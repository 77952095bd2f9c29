import CSwirlSystem

/// A task of a loop, whatever the type of its result: what `Loop.allTasks` and `LoopTask.current` give. Only `LoopTask` is one.
public protocol AnyLoopTask: AnyFuture {
    /// Its name: `LoopTask.name`. Corresponds to `Task.get_name()`.
    var name: String { get }
    /// Renames it: `LoopTask.setName`. Corresponds to `Task.set_name`.
    func setName(_ name: String)
    /// Whether it was asked to end and has not ended yet: `LoopTask.isCancelling`. Corresponds to `Task.cancelling()`.
    func isCancelling() -> Bool
    /// Its description without what it waits for.
    var shortDescription: String { get }
}

extension LoopTask where T == Never {
    /// The loop's task that runs now; nothing in a callback, in a task that no loop made, and outside of loops. Corresponds to
    /// `asyncio.current_task()`.
    ///
    /// In a timeout scope it is the task that opened the scope. A child task (`async let`, a task group), which asyncio does not
    /// have, is no loop's task: nothing there.
    public static var current: (any AnyLoopTask)? {
        // SAFETY: set while a core runs on this thread.
        guard let pointer = unsafe swirl_current_loop() else { return nil }
        let core = unsafe Unmanaged<LoopCore>.fromOpaque(pointer).takeUnretainedValue()
        return unsafe core.tasks.task(SwiftTask.current) as? any AnyLoopTask
    }
}

extension Loop {
    /// The tasks of this loop that have not ended, those not yet begun included, in no particular order. O(n). Corresponds to
    /// `asyncio.all_tasks()`.
    public var allTasks: [any AnyLoopTask] {
        Set(core.unstarted.all + core.unstartedElsewhere.all + core.tasks.all).compactMap { $0 as? any AnyLoopTask }
    }
}
