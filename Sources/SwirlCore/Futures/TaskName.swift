import Synchronization

/// The name that a task was given later. Any thread may read it while another changes it.
@safe
final class TaskName: @unchecked Sendable {
    // Sendable: `text` is under `monitor`.
    private let monitor = Monitor()
    private var text = ""

    var now: String {
        get { monitor.locked { text } }
        set { monitor.locked { text = newValue } }
    }
}

/// A task's later name, or none: most tasks are never renamed, and pay a word for it.
///
/// This is what `AtomicLazyReference` is for. But that one is compiled into the runtime's library, where the thread sanitizer
/// does not see it, and takes what the name's maker wrote and its reader reads for a race.
@safe
struct LaterName: ~Copyable {
    // The address of a retained `TaskName`. SAFETY: set once, and released with this.
    private let address = Atomic<UInt>(0)

    deinit {
        unsafe Self.held(address.load(ordering: .acquiring))?.release()
    }

    /// From any thread.
    var name: TaskName? { unsafe Self.held(address.load(ordering: .acquiring))?.takeUnretainedValue() }

    /// From any thread. Of several first callers one makes it.
    func makeName() -> TaskName {
        if let name { return name }
        let new = unsafe Unmanaged.passRetained(TaskName())
        let result = address.compareExchange(
            expected: 0, desired: unsafe UInt(bitPattern: new.toOpaque()), ordering: .acquiringAndReleasing)
        if result.exchanged { return unsafe new.takeUnretainedValue() }
        unsafe new.release()
        return unsafe Self.held(result.original)!.takeUnretainedValue()
    }

    private static func held(_ address: UInt) -> Unmanaged<TaskName>? {
        unsafe UnsafeRawPointer(bitPattern: address).map { unsafe Unmanaged.fromOpaque($0) }
    }
}
