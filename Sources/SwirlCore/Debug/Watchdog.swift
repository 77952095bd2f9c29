// Looks at what a loop is doing while it does it.
//
// A loop that is blocked cannot say so: a thread of its own does. The loop puts down what it begins and takes it away when
// that has ended, both under a lock, some 40 ns each, and only with a watchdog. The thread looks at the time that what is
// there has taken. It sleeps until that can be too long; while the loop does nothing at all it sleeps until the loop begins
// something, so a process at rest stays at rest (D11).
//
// It goes by the machine's clock, also where the loop's time is virtual.

import CSwirlSystem

final class Watchdog: @unchecked Sendable {
    // Sendable: all that changes is under `monitor`, but for `thread`, which is the loop's thread's.
    private let monitor = Monitor()
    private let limit: Duration
    private let report: @Sendable (DebugReport) -> Void
    private var work: WorkAtHand?
    private var since = ContinuousClock.now
    /// Tells one piece of work from the next.
    private var serial = 0
    /// The thread waits for work to begin.
    private var isResting = false
    private var isStopping = false
    private var thread: pthread_t?

    init(_ limit: Duration, _ report: @escaping @Sendable (DebugReport) -> Void) {
        self.limit = max(limit, .milliseconds(1))
        self.report = report
    }

    // MARK: On the loop's thread

    func begin(_ new: WorkAtHand) {
        monitor.lock()
        work = new
        since = .now
        serial &+= 1
        if isResting { monitor.signal() }
        monitor.unlock()
    }

    /// The work is of what is known only now.
    func rename(_ new: WorkAtHand) {
        monitor.locked { if work != nil { work = new } }
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
        let me = unsafe Unmanaged.passRetained(self).toOpaque()
        thread = unsafe Thread.start(
            me,
            { argument in
                // SAFETY: `start` retained it for this thread.
                unsafe Unmanaged<Watchdog>.fromOpaque(argument!).takeRetainedValue().watch()
                return nil
            })
        if thread == nil { unsafe Unmanaged<Watchdog>.fromOpaque(me).release() }
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
            guard let work else {
                isResting = true
                monitor.wait()
                isResting = false
                continue
            }
            if seen != serial { (seen, next) = (serial, limit) }
            let took = since.duration(to: .now)
            guard took >= next else {
                monitor.wait(nanoseconds: (next - took).clampedNanoseconds)
                continue
            }
            next = took * 2
            monitor.unlock()
            report(.blocked(what: work.description, since: took))
            monitor.lock()
        }
        monitor.unlock()
    }
}
