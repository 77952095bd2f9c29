/// A loop's clock: monotonic, in nanoseconds; virtual where the loop's kernel is simulated.
///
/// `Task.sleep(for:clock:)` with it stays on the loop. Corresponds to `loop.time()` of asyncio and `CLOCK_MONOTONIC`.
public struct LoopClock: Clock {
    /// A point in a loop's time. Instants of two loops compare only when both use the machine's clock.
    public struct Instant: InstantProtocol, CustomStringConvertible {
        /// Nanoseconds since the clock's start.
        public let nanoseconds: Int64

        public init(nanoseconds: Int64) {
            self.nanoseconds = nanoseconds
        }

        /// Clamped: a duration beyond 292 years is the end of time, not an overflow (TIM-03).
        public func advanced(by duration: Duration) -> Instant {
            let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
            return Instant(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
        }

        public func duration(to other: Instant) -> Duration {
            .nanoseconds(other.nanoseconds) - .nanoseconds(nanoseconds)
        }

        public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

        public var description: String {
            let fraction = String(nanoseconds % 1_000_000_000)
            return "\(nanoseconds / 1_000_000_000).\(String(repeating: "0", count: max(0, 9 - fraction.count)))\(fraction)"
        }
    }

    let core: LoopCore

    public var now: Instant { Instant(nanoseconds: core.now) }

    public var minimumResolution: Duration { .nanoseconds(1) }

    /// - Throws: `CancellationError`; `LoopError.closed`.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await core.sleep(until: deadline.nanoseconds)
    }
}

extension Duration {
    /// Nanoseconds, rounded up (a timer never fires early, TIM-01) and clamped to what 64 bits hold.
    package var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let nanoseconds = attoseconds / 1_000_000_000 + (attoseconds % 1_000_000_000 > 0 ? 1 : 0)
        let (sum, carry) = whole.addingReportingOverflow(nanoseconds)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }
}

extension LoopCore {
    /// A sleep without a duration: one trip through the ready queue, and no timer.
    package nonisolated(nonsending) func letOthersRun() async throws {
        guard isOnOwnerThread else { return try await sleep(until: .min) }
        let refusal = refusal(on: nil)
        await yield()
        try Ending.check(refusal < 0 ? refusal : self.refusal(on: nil))
    }

    /// Suspends the running task until the clock reaches `deadline`. A deadline that has passed lets others run once.
    package nonisolated(nonsending) func sleep(until deadline: Int64) async throws {
        let result: Int32
        if isOnOwnerThread {
            let refusal = refusal(on: nil)
            if refusal < 0 {
                result = await refused(refusal)
            } else {
                let token = park()
                unsafe slots[token.index].pointee.timer = timers.insert(at: deadline, .wake(token))
                result = await wait(for: token)
            }
        } else {
            result = await waitRemotely { core in
                if core.phase >= .ending { return .ended(Ending.loopClosed) }
                let token = core.park()
                unsafe core.slots[token.index].pointee.timer = core.timers.insert(at: deadline, .wake(token))
                return .waiting(token)
            }
        }
        try Ending.check(result)
    }
}
