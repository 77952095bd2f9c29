/// A callback that the loop is to run at a time.
///
/// Made by `callLater` and `callAt`. Corresponds to asyncio's `TimerHandle`. `description` is
/// `<TimerHandle when=12.345000000 file:line>`, or `<TimerHandle cancelled when=…>`.
public final class TimerHandle: Handle, @unchecked Sendable {
    // Sendable: `timer` is the loop's thread's.
    /// When it is due, on the loop's clock.
    public let when: LoopClock.Instant
    var timer = TimerID.none
    private let core: LoopCore

    init(when: LoopClock.Instant, core: LoopCore, at place: SourcePlace? = nil, _ body: consuming @escaping () -> Void) {
        self.when = when
        self.core = core
        super.init(on: core, at: place, calling: .plain(consume body))
    }

    /// As `Handle.cancel`; the timer leaves the loop at once. O(log n).
    public override func cancel() {
        super.cancel()
        if core.isOnOwnerThread {
            core.timers.remove(timer)
        } else {
            core.callOnLoop { [self] core in
                core.timers.remove(timer)
                dropBody()
            }
        }
    }

    public override var description: String {
        isCancelled ? "<TimerHandle cancelled when=\(when)>" : "<TimerHandle when=\(when)\(placeText)>"
    }
}

extension LoopCore {
    /// Has the loop call `body` at a time; never, once it is closed. On the loop's thread.
    func callAt(_ when: LoopClock.Instant, _ place: SourcePlace? = nil, _ body: consuming @escaping () -> Void) -> TimerHandle {
        let handle = TimerHandle(when: when, core: self, at: place, consume body)
        if phase < .closed { handle.timer = timers.insert(at: when.nanoseconds, .call(handle)) }
        return handle
    }

    /// The same after a while.
    func after(_ delay: Duration, _ body: @escaping () -> Void) -> TimerHandle {
        callAt(LoopClock.Instant(nanoseconds: now).advanced(by: delay), nil, body)
    }
}
