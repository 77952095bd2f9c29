import Synchronization

/// A callback that the loop is to run once, and how to take that back.
///
/// Made by `callSoon` and `callSoonThreadsafe`. Corresponds to asyncio's `Handle`.
public class Handle: CustomStringConvertible, @unchecked Sendable {
    // Sendable: `body` is run and dropped on the loop's thread only; `isCancelled` is atomic.
    private var body: (() -> Void)?
    private let cancelled = Atomic<Bool>(false)

    init(_ body: @escaping () -> Void) {
        self.body = body
    }

    /// The callback will not run, unless it has begun to. From any thread; a second time does nothing.
    public func cancel() {
        cancelled.store(true, ordering: .releasing)
    }

    /// Whether `cancel` was called.
    public final var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    public var description: String { isCancelled ? "<Handle cancelled>" : "<Handle>" }

    final func run(on core: LoopCore) {
        guard let body else { return }
        self.body = nil
        if !isCancelled { body() }
    }
}

/// A callback that the loop is to run at a time.
///
/// Made by `callLater` and `callAt`. Corresponds to asyncio's `TimerHandle`.
public final class TimerHandle: Handle, @unchecked Sendable {
    // Sendable: `timer` is the loop's thread's.
    /// When it is due, on the loop's clock.
    public let when: LoopClock.Instant
    var timer = TimerID.none
    private let core: LoopCore

    init(when: LoopClock.Instant, core: LoopCore, _ body: @escaping () -> Void) {
        self.when = when
        self.core = core
        super.init(body)
    }

    /// As `Handle.cancel`; the timer leaves the loop at once. O(log n).
    public override func cancel() {
        super.cancel()
        if core.isOnOwnerThread {
            core.timers.remove(timer)
        } else {
            _ = core.inbox.post(.run(RemoteCall { [self] in $0.timers.remove(timer) }))
        }
    }

    public override var description: String { "<TimerHandle\(isCancelled ? " cancelled" : "") when=\(when)>" }
}

extension LoopCore {
    /// Has the loop call `body` after a while. On the loop's thread.
    func after(_ delay: Duration, _ body: @escaping () -> Void) -> TimerHandle {
        let when = LoopClock.Instant(nanoseconds: now).advanced(by: delay)
        let handle = TimerHandle(when: when, core: self, body)
        handle.timer = timers.insert(at: when.nanoseconds, .call(handle))
        return handle
    }
}
