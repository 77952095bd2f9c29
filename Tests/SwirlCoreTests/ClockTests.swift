import Testing

@testable import SwirlCore

@Suite struct ClockTests {
    @Test(
        arguments: [
            (Duration.zero, 0), (.nanoseconds(1), 1), (.seconds(1), 1_000_000_000), (.seconds(-1), -1_000_000_000),
            (Duration(secondsComponent: 0, attosecondsComponent: 1), 1),
            (Duration(secondsComponent: 0, attosecondsComponent: -1), 0),
            (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.nanoseconds(Int64.max), .max),
            (.seconds(9_223_372_037), .max), (.seconds(-9_223_372_037), .min),
        ] as [(Duration, Int64)])
    func durationsAreRoundedUpAndClamped(duration: Duration, nanoseconds: Int64) {
        #expect(duration.clampedNanoseconds == nanoseconds)
    }

    @Test func instantsAreClamped() {
        let late = LoopClock.Instant(nanoseconds: .max - 1)
        #expect(late.advanced(by: .seconds(1)).nanoseconds == .max)
        #expect(late.advanced(by: .seconds(Int64.max)).nanoseconds == .max)
        let early = LoopClock.Instant(nanoseconds: .min + 1)
        #expect(early.advanced(by: .seconds(-1)).nanoseconds == .min)
        #expect(LoopClock.Instant(nanoseconds: 5).advanced(by: .nanoseconds(-10)).nanoseconds == -5)
        #expect(early.duration(to: late) > .zero)
        #expect(early < late)
    }

    @Test func instantsPrintAsSeconds() {
        #expect("\(LoopClock.Instant(nanoseconds: 1_000_000_005))" == "1.000000005")
        #expect("\(LoopClock.Instant(nanoseconds: 0))" == "0.000000000")
        #expect("\(LoopClock.Instant(nanoseconds: -1_500_000_000))" == "-1.500000000")
        #expect("\(LoopClock.Instant(nanoseconds: -5))" == "-0.000000005")
        #expect("\(LoopClock.Instant(nanoseconds: .min))" == "-9223372036.854775808")
    }
}
