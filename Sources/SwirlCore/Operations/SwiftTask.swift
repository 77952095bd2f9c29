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
}
