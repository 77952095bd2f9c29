import CSwirlSystem

/// The Swift task that runs on this thread, as an address.
///
/// The runtime exports `swift_task_getCurrent`; through C it costs 5 ns, where `withUnsafeCurrentTask` costs 30 to 48. The
/// pointer of the job that the executor was handed is not a substitute: inside `Task.immediate` and methods of default
/// actors another task runs than the job says. A test compares it with what the public API says.
enum SwiftTask {
    @inline(__always)
    static var current: UnsafeRawPointer? { unsafe UnsafeRawPointer(swirl_current_task()) }

    /// Whether the task that runs was cancelled.
    @inline(__always)
    static func isCancelled(_ task: UnsafeRawPointer?) -> Bool {
        guard let task = unsafe task else { return false }
        return unsafe swirl_task_is_cancelled(UnsafeMutableRawPointer(mutating: task))
    }

    /// Asks the cache for a task that runs soon: its header, and the frames behind it in the same block; but for those in
    /// between, of the closures that the loop wraps a task in, which no step touches. (Where they lie was read off a trace of
    /// an echo's memory accesses; a task with other frames loses nothing but the use of this.)
    ///
    /// With a thousand connections nothing of a task is in the cache when its turn comes, and the misses of one step depend
    /// on each other. Asked for ahead they overlap: 8 % of an echo's CPU at 1,000 connections, nothing at 64.
    @inline(__always)
    static func prefetch(_ task: UnsafeRawPointer) {
        for line in 0..<8 { unsafe swirl_prefetch(task + line * 64) }
        for line in 9..<17 { unsafe swirl_prefetch(task + line * 64) }
    }

    /// Cancels a task that is alive.
    static func cancel(_ task: UnsafeRawPointer) {
        unsafe swirl_cancel_task(UnsafeMutableRawPointer(mutating: task))
    }
}
