// Looks at what a loop is doing while it does it.
//
// A loop that is blocked cannot say so: a thread of its own does. The loop puts down what it begins and takes it away when
// that has ended, both under a lock, some 40 ns each, and only with a watchdog. The thread looks at the time that what is
// there has taken. It sleeps until that can be too long. Where the loop does nothing at all then, it rests until the loop
// begins something, so a process at rest stays at rest (D11). Waking it costs the loop a system call, so once awake it sleeps
// for the whole limit before it looks, and may rest again: one wake-up a limit at most.
//
// It goes by the machine's clock, also where the loop's time is virtual.

import CSwirlSystem

final class Watchdog: @unchecked Sendable {
    // Sendable: all that changes is under `monitor`, but for `thread`, which is the loop's thread's.
    private let monitor = Monitor()
    private let limit: Int64
    private let report: @Sendable (DebugReport) -> Void
    private var work: WorkAtHand?
    /// On the monitor's clock.
    private var since: Int64 = 0
    /// Tells one piece of work from the next.
    private var serial = 0
    /// The thread waits for work to begin.
    private var isResting = false
    private var isStopping = false
    private var thread: pthread_t?

    init(_ limit: Duration, _ report: @escaping @Sendable (DebugReport) -> Void) {
        self.limit = max(limit, .milliseconds(1)).clampedNanoseconds
        self.report = report
    }

    // MARK: On the loop's thread

    func begin(_ new: WorkAtHand) {
        monitor.lock()
        work = new
        since = Monitor.now
        serial &+= 1
        let wakes = isResting
        isResting = false
        monitor.unlock()
        if wakes { monitor.signal() }
    }

    /// The work is of what is known only now.
    func rename(_ new: WorkAtHand) {
        monitor.lock()
        let old = work
        if old != nil { work = new }
        monitor.unlock()
        withExtendedLifetime(old) {}
    }

    func end() {
        monitor.lock()
        let ended = work
        work = nil
        monitor.unlock()
        // Its last reference may go here: not under the lock.
        withExtendedLifetime(ended) {}
    }

    /// The loop runs from now on. Without a thread to be had it is not watched.
    func start() {
        monitor.locked { isStopping = false }
        thread = Thread.start { [self] in watch() }
    }

    func stop() {
        guard let thread else { return }
        monitor.locked { isStopping = true }
        monitor.signal()
        pthread_join(thread, nil)
        self.thread = nil
    }

    // MARK: On its own

    private func watch() {
        monitor.lock()
        var seen = serial
        var next = limit
        while !isStopping {
            if work == nil {
                rest()
                continue
            }
            if seen != serial { (seen, next) = (serial, limit) }
            let took = Monitor.now - since
            guard took >= next else {
                _ = monitor.wait(until: Monitor.time(in: next - took))
                continue
            }
            next = took * 2
            deliver(took)
        }
        monitor.unlock()
    }

    /// Until the loop has begun something, and for the limit after that.
    private func rest() {
        isResting = true
        while isResting && !isStopping { monitor.wait() }
        isResting = false
        let end = Monitor.time(in: limit)
        while !isStopping && monitor.wait(until: end) {}
    }

    /// Reports the work at hand, if it is still there. Not under the lock, nor does the last reference to it go there: this one
    /// may be it.
    private func deliver(_ took: Int64) {
        let work = work
        monitor.unlock()
        if let work { report(.blocked(what: work.description, since: .nanoseconds(took))) }
        withExtendedLifetime(work) {}
        monitor.lock()
    }
}
