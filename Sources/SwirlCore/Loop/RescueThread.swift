import CSwirlSystem
import Synchronization

/// Runs the jobs that arrive for loops that are closed, and what their inbox refuses (LoopCore+Late.swift), one at a time (D13).
///
/// A job cannot be refused: a task of another executor that resumes one of ours after the close would wait for ever, with
/// everyone who awaits it. So such jobs run here. The thread passes for the loop's own, so isolated code is not surprised,
/// and every Swirl call in it fails with `LoopError.closed`. A job that comes while the loop is still closing, after its
/// inbox has, waits here until it is closed: two threads must not pass for the loop's.
@safe
final class RescueThread: @unchecked Sendable {
    static let shared = RescueThread()

    // Sendable: `jobs`, `isRunning` and each core's `isGone` are under `monitor`.
    private let monitor = Monitor()
    private var jobs: [(job: ReadyQueue.Entry, core: LoopCore)] = []
    /// There is a thread, which runs jobs or waits for one that it may run.
    private var isRunning = false

    private init() {}

    /// The core's own thread has done its last for it.
    func take(over core: LoopCore) {
        monitor.lock()
        core.isGone = true
        monitor.signal()
        monitor.unlock()
    }

    func run(_ job: ReadyQueue.Entry, of core: LoopCore) {
        monitor.lock()
        jobs.append((job, core))
        let start = !isRunning
        isRunning = true
        monitor.signal()
        monitor.unlock()
        guard start else { return }
        precondition(
            Thread.detached { RescueThread.shared.serve() }, "D13: no thread could be started for the jobs of a closed loop")
    }

    private func serve() {
        while let (job, core) = next() {
            unsafe swirl_set_current_loop(Unmanaged.passUnretained(core).toOpaque())
            if let handle = job.takeHandle() { handle.run(on: core) } else { core.run(job) }
            while !core.ready.isEmpty {
                let entry = core.ready.removeFirst()
                // Behind the jobs of other loops, or a task that never ends would keep them from running.
                if let handle = entry.takeHandle() { handle.cancel() } else { run(entry, of: core) }
            }
            swirl_set_current_loop(nil)
        }
    }

    private func next() -> (job: ReadyQueue.Entry, core: LoopCore)? {
        monitor.lock()
        defer { monitor.unlock() }
        while !jobs.isEmpty {
            if let index = jobs.firstIndex(where: { $0.core.isGone }) { return jobs.remove(at: index) }
            monitor.wait()
        }
        isRunning = false
        return nil
    }
}
