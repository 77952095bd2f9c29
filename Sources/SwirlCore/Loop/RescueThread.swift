import CSwirlSystem
import Synchronization

/// Runs the jobs that arrive for loops that are closed, one at a time (D13).
///
/// A job cannot be refused: a task of another executor that resumes one of ours after the close would wait for ever, with
/// everyone who awaits it. So such jobs run here. The thread passes for the loop's own, so isolated code is not surprised,
/// and every Swirl call in it fails with `LoopError.closed`. A job that comes while the loop is still closing, after its
/// inbox has, waits here until it is closed: two threads must not pass for the loop's.
@safe
final class RescueThread: @unchecked Sendable {
    static let shared = RescueThread()

    // Sendable: `jobs`, `isRunning` and each core's `isGone` are under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let oneIsGone: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [(job: ReadyQueue.Entry, core: LoopCore)] = []
    private var isRunning = false

    private init() {
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe oneIsGone = .allocate(capacity: 1)
        unsafe oneIsGone.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(oneIsGone, nil)
    }

    /// The core's own thread has done its last for it.
    func take(over core: LoopCore) {
        unsafe pthread_mutex_lock(lock)
        core.isGone = true
        unsafe pthread_cond_signal(oneIsGone)
        unsafe pthread_mutex_unlock(lock)
    }

    func run(_ job: ReadyQueue.Entry, of core: LoopCore) {
        unsafe pthread_mutex_lock(lock)
        jobs.append((job, core))
        let start = !isRunning
        isRunning = true
        unsafe pthread_mutex_unlock(lock)
        guard start else { return }
        guard
            let thread = unsafe Thread.start(
                nil,
                { _ in
                    RescueThread.shared.serve()
                    return nil
                })
        else { preconditionFailure("D13: no thread could be started for the jobs of a closed loop") }
        pthread_detach(thread)
    }

    private func serve() {
        while let (job, core) = next() {
            unsafe swirl_set_current_loop(Unmanaged.passUnretained(core).toOpaque())
            core.run(job)
            while !core.ready.isEmpty {
                let entry = core.ready.removeFirst()
                // Behind the jobs of other loops, or a task that never ends would keep them from running.
                if let handle = entry.handle { handle.cancel() } else { run(entry, of: core) }
            }
            swirl_set_current_loop(nil)
        }
    }

    private func next() -> (job: ReadyQueue.Entry, core: LoopCore)? {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while !jobs.isEmpty {
            if let index = jobs.firstIndex(where: { $0.core.isGone }) { return jobs.remove(at: index) }
            unsafe pthread_cond_wait(oneIsGone, lock)
        }
        isRunning = false
        return nil
    }
}
