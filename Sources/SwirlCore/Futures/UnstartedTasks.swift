/// The tasks of a loop that were created and have not begun, which the registry does not know yet: for `Loop.allTasks`.
///
/// Two lists, because a task can be created on any thread: those made on the owner thread cost no lock. Each task knows its
/// place in its list, from 1 on, or from -1 down in the other threads' list, so that it is taken out at once.
@safe
final class UnstartedTasks: @unchecked Sendable {
    // Sendable: `here` is the owner thread's, `elsewhere` is under `monitor`. A task is taken out on the owner thread only, so
    // there it may look at its place without the lock.
    @safe @exclusivity(unchecked) private var here: [Unmanaged<AnyFuture>] = unsafe []
    private var elsewhere: [Unmanaged<AnyFuture>] = unsafe []
    private let monitor = Monitor()

    // SAFETY of the unretained references: a task that has not begun is held by the closure that shall run it.

    func add(_ task: AnyFuture, onOwnerThread: Bool) {
        if onOwnerThread {
            unsafe here.append(.passUnretained(task))
            task.unstartedPlace = unsafe Int32(here.count)
        } else {
            monitor.lock()
            unsafe elsewhere.append(.passUnretained(task))
            task.unstartedPlace = unsafe -Int32(elsewhere.count)
            monitor.unlock()
        }
    }

    /// A task begins. On the owner thread.
    func remove(_ task: AnyFuture) {
        let place = task.unstartedPlace
        if place > 0 {
            unsafe Self.remove(task, from: &here, at: Int(place) - 1, sign: 1)
        } else if place < 0 {
            monitor.lock()
            unsafe Self.remove(task, from: &elsewhere, at: Int(-task.unstartedPlace) - 1, sign: -1)
            monitor.unlock()
        }
    }

    /// The last takes its place.
    private static func remove(_ task: AnyFuture, from list: inout [Unmanaged<AnyFuture>], at index: Int, sign: Int32) {
        task.unstartedPlace = 0
        let last = unsafe list.removeLast()
        if unsafe index == list.count { return }
        unsafe list[index] = last
        unsafe last.takeUnretainedValue().unstartedPlace = sign * Int32(index + 1)
    }

    var all: [AnyFuture] {
        monitor.lock()
        defer { monitor.unlock() }
        return unsafe (here + elsewhere).map { unsafe $0.takeUnretainedValue() }
    }
}
