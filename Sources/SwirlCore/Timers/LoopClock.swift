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

        /// In seconds: `12.345000000`.
        public var description: String {
            let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
            let digits = String(fraction)
            return "\(nanoseconds < 0 ? "-" : "")\(seconds).\(String(repeating: "0", count: 9 - digits.count))\(digits)"
        }
    }

    let core: LoopCore

    public var now: Instant { Instant(nanoseconds: core.now) }

    public var minimumResolution: Duration { .nanoseconds(1) }

    /// As `Loop.sleep(until:)`. It ends as soon as the loop comes to it, whatever the tolerance: the loop's timers are exact, and
    /// putting some off would save nothing.
    ///
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
