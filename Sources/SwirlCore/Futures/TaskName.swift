import CSwirlSystem

/// The name that a task was given later. Any thread may read it while another changes it.
@safe
final class TaskName: @unchecked Sendable {
    // Sendable: `text` is under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var text = ""

    init() {
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    var now: String {
        get {
            unsafe pthread_mutex_lock(lock)
            defer { unsafe pthread_mutex_unlock(lock) }
            return text
        }
        set {
            unsafe pthread_mutex_lock(lock)
            defer { unsafe pthread_mutex_unlock(lock) }
            text = newValue
        }
    }
}
