import Synchronization

/// The tasks of a loop that were created and have not begun, which the registry does not know yet: for `Loop.allTasks`.
///
/// Two lists, because a task can be created on any thread: those made on the owner thread cost no lock. Each task knows its
/// place in its list, from 1 on, or from -1 down in the other threads' list, so that it is taken out at once.
///
/// The owner thread's list lies in chunks of 32 that never move and are kept for the next tasks. Facts. A task is some 2 KB of
/// the C library's heap, most of it the runtime's. Where a burst of tasks ends and nothing of it stays, glibc gives the
/// heap's end back to the kernel, and the next burst faults it in again: 150 to 400 ns a task, which lives for 700. A chunk of
/// ours each 32 tasks stays between them, and with it the memory around. Beyond 4,096 tasks, or 8 MB, it may go.
@safe
struct UnstartedTasks: ~Copyable {
    // SAFETY of the unretained references: a task that has not begun is held by the closure that shall run it.
    private typealias Chunk = UnsafeMutablePointer<Unmanaged<AnyFuture>>

    private static let chunkShift = 5
    private static var chunkTasks: Int { 1 << chunkShift }
    private static let chunksKept = 128

    private var chunks: UnsafeMutablePointer<Chunk>
    private var chunkCount = 0
    private var chunkCapacity = 128
    private var count = 0

    init() {
        unsafe chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for chunk in 0..<chunkCount { unsafe chunks[chunk].deallocate() }
        unsafe chunks.deallocate()
    }

    @inline(__always)
    private func place(_ index: Int) -> Chunk {
        // SAFETY: `add` has made the chunk of every index below `count`.
        unsafe chunks[index >> Self.chunkShift] + (index & (Self.chunkTasks - 1))
    }

    /// On the owner thread.
    mutating func add(_ task: AnyFuture) {
        if count >> Self.chunkShift == chunkCount { grow() }
        unsafe place(count).initialize(to: .passUnretained(task))
        count += 1
        task.unstartedPlace = Int32(truncatingIfNeeded: count)
    }

    /// A task that was added here begins. The last takes its place.
    mutating func remove(_ task: AnyFuture) {
        let index = Int(task.unstartedPlace) - 1
        task.unstartedPlace = 0
        count -= 1
        if index != count {
            let last = unsafe place(count).pointee
            unsafe place(index).pointee = last
            unsafe last._withUnsafeGuaranteedRef { $0.unstartedPlace = Int32(truncatingIfNeeded: index + 1) }
        }
        // One that is empty stays, or a list that goes up and down by one would make and free a chunk each time.
        if chunkCount > Self.chunksKept, count >> Self.chunkShift + 2 < chunkCount { shrink() }
    }

    var all: [AnyFuture] {
        (0..<count).map { unsafe place($0).pointee.takeUnretainedValue() }
    }

    private mutating func grow() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<Chunk>.allocate(capacity: chunkCapacity * 2)
            unsafe larger.update(from: chunks, count: chunkCount)
            unsafe chunks.deallocate()
            unsafe chunks = larger
            chunkCapacity *= 2
        }
        unsafe chunks[chunkCount] = .allocate(capacity: Self.chunkTasks)
        chunkCount += 1
    }

    private mutating func shrink() {
        chunkCount -= 1
        unsafe chunks[chunkCount].deallocate()
    }
}

/// The same for those that were created on other threads.
@safe
final class UnstartedElsewhere: @unchecked Sendable {
    // Sendable: `tasks` is under `monitor`. A task is taken out on the owner thread only, so there it may look at its place
    // without the lock.
    private var tasks: [Unmanaged<AnyFuture>] = unsafe []
    private let monitor = Monitor()

    // SAFETY of the unretained references: as above.

    func add(_ task: AnyFuture) {
        monitor.lock()
        unsafe tasks.append(.passUnretained(task))
        task.unstartedPlace = unsafe -Int32(tasks.count)
        monitor.unlock()
    }

    /// A task begins. On the owner thread. The last takes its place.
    func remove(_ task: AnyFuture) {
        monitor.lock()
        defer { monitor.unlock() }
        let index = Int(-task.unstartedPlace) - 1
        task.unstartedPlace = 0
        let last = unsafe tasks.removeLast()
        if unsafe index == tasks.count { return }
        unsafe tasks[index] = last
        unsafe last.takeUnretainedValue().unstartedPlace = -Int32(index + 1)
    }

    var all: [AnyFuture] {
        monitor.locked { unsafe tasks.map { unsafe $0.takeUnretainedValue() } }
    }
}

extension LoopCore {
    /// A task was created, on any thread.
    func noteCreated(_ task: AnyFuture) {
        liveTasks.wrappingAdd(1, ordering: .relaxed)
        if isOnOwnerThread { unstarted.add(task) } else { unstartedElsewhere.add(task) }
    }

    /// A task begins.
    func noteBegun(_ task: AnyFuture) {
        let place = task.unstartedPlace
        if place > 0 { unstarted.remove(task) } else if place < 0 { unstartedElsewhere.remove(task) }
    }
}
