import SwirlCore

extension Conformance {
    static let laterCalls = [
        laterIsATimer, laterNegative, laterNotBefore, laterRunsOnce, laterEqual, laterZero, laterBehindReady, laterPast,
        laterWhen, laterCancelDrops, laterDescription, laterCancelledIsNoGarbage, laterCancelledDoesNotWake, laterAfterFiring,
        laterForeignCancel, laterByTimer, laterEndOfTime, clockGoesOn,
    ]

    static let laterIsATimer = Scenario.asyncio(
        "a call for later is a timer, and nothing is ready", "S16",
        mirrors: "test_base_events.BaseEventLoopTests.test_call_later"
    ) { loop, _ in
        let ran = Box(0)
        let handle = loop.callLater(.seconds(10)) { ran.value += 1 }
        try expectEqual(loop.timerCount, 1, "timers")
        try await loop.turns()
        try expectEqual(ran.value, 0, "calls")
        handle.cancel()
        try expectEqual(loop.timerCount, 0, "timers after the cancel")
    }

    /// By when they were due, not by when they were asked for.
    static let laterNegative = Scenario.asyncio(
        "negative delays come in the order of their times", "S16",
        mirrors: "test_base_events.BaseEventLoopTests.test_call_later_negative_delays"
    ) { loop, _ in
        let order = Box<[String]>([])
        loop.callLater(.seconds(-1)) { order.value.append("a") }
        loop.callLater(.seconds(-2)) { order.value.append("b") }
        try await loop.until { order.value.count == 2 }
        try expectEqual(order.value, ["b", "a"], "the order")
    }

    static let laterNotBefore = Scenario.asyncio(
        "a call at a time does not come before it", "S16",
        mirrors: "test_base_events.BaseEventLoopTests.test_time_and_call_at"
    ) { loop, _ in
        let when = loop.time.advanced(by: .milliseconds(3))
        let called = Future<LoopClock.Instant>()
        loop.callAt(when) { try? called.setResult(loop.time) }
        let came = try await called.value
        try expect(came >= when, "it came at \(came), wanted \(when)")
    }

    static let laterRunsOnce = Scenario.asyncio(
        "a call for later runs once", "S16",
        mirrors: "test_events.EventLoopTestsMixin.test_call_later"
    ) { loop, _ in
        let words = Box<[String]>([])
        loop.callLater(.milliseconds(1)) { words.value.append("hello world") }
        try await loop.until { !words.value.isEmpty }
        try await loop.sleep(for: .milliseconds(2))
        try expectEqual(words.value, ["hello world"], "what it did")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    static let laterEqual = Scenario.loop(
        "equal times come in the order in which they were asked for", "S16"
    ) { loop, _ in
        let order = Box<[Int]>([])
        let when = loop.time.advanced(by: .milliseconds(1))
        for index in 0..<50 { loop.callAt(when) { order.value.append(index) } }
        try await loop.until { order.value.count == 50 }
        try expectEqual(order.value, Array(0..<50), "the order")
    }

    static let laterZero = Scenario.loop(
        "a delay of zero comes after callbacks that are ready", "S16"
    ) { loop, _ in
        let order = Box<[String]>([])
        loop.callLater(.zero) { order.value.append("timer") }
        loop.callSoon { order.value.append("soon 1") }
        loop.callSoon { order.value.append("soon 2") }
        try await loop.until { order.value.count == 3 }
        try expectEqual(order.value, ["soon 1", "soon 2", "timer"], "the order")
    }

    static let laterBehindReady = Scenario.loop(
        "a due timer goes behind what the turn before left ready", "S4 S16"
    ) { loop, _ in
        let order = Box<[String]>([])
        loop.callSoon {
            loop.callLater(.zero) { order.value.append("timer") }
            loop.callSoon {
                order.value.append("soon")
                loop.callSoon { order.value.append("next turn") }
            }
        }
        try await loop.until { order.value.count == 3 }
        try expectEqual(order.value, ["soon", "timer", "next turn"], "the order")
    }

    static let laterPast = Scenario.loop(
        "a time that has passed comes in the next turn", "S16"
    ) { loop, _ in
        let called = Future<Void>()
        loop.callAt(LoopClock.Instant(nanoseconds: 0)) { try? called.setResult(()) }
        try await called.value
    }

    static let laterWhen = Scenario.asyncio(
        "a timer's handle knows when it is due", "S16",
        mirrors: "test_events.TimerTests.test_when"
    ) { loop, _ in
        let when = loop.time.advanced(by: .seconds(5))
        let at = loop.callAt(when) {}
        try expectEqual(at.when, when, "callAt")
        let later = loop.callLater(.seconds(5)) {}
        try expect(later.when >= when, "callLater: \(later.when), wanted \(when) or later")
        at.cancel()
        later.cancel()
    }

    static let laterCancelDrops = Scenario.asyncio(
        "cancelling a timer lets go at once what it holds", "S16",
        mirrors: "test_events.TimerTests.test_timer"
    ) { loop, _ in
        let held = Gone()
        let handle = loop.callLater(.seconds(100)) { [token = held.make()] in withExtendedLifetime(token) {} }
        try expect(!handle.isCancelled && !held.isGone, "before")
        handle.cancel()
        try expect(handle.isCancelled, "it is not cancelled")
        try expect(held.isGone, "a cancelled timer still holds what its callback captured")
        handle.cancel()
        try expectEqual(loop.timerCount, 0, "timers")
    }

    static let laterDescription = Scenario.asyncio(
        "a timer's handle says when and where, or that it is cancelled", "S16",
        mirrors: "test_events.TimerTests.test_timer_repr"
    ) { loop, _ in
        let when = LoopClock.Instant(nanoseconds: Int64(1) << 60)
        let handle = loop.callAt(when, file: "Module/File.swift", line: 7) {}
        try expectEqual("\(handle)", "<TimerHandle when=1152921504.606846976 Module/File.swift:7>", "pending")
        handle.cancel()
        try expectEqual("\(handle)", "<TimerHandle cancelled when=1152921504.606846976>", "cancelled")
    }

    /// asyncio sweeps them when they are half of all; here they leave at once.
    static let laterCancelledIsNoGarbage = Scenario.asyncio(
        "cancelled timers leave nothing behind", "S16",
        mirrors: "test_base_events.BaseEventLoopTests.test__run_once_cancelled_event_cleanup"
    ) { loop, _ in
        let kept = loop.callLater(.seconds(3000)) {}
        for round in 0..<1000 { loop.callLater(.seconds(round % 7 == 0 ? 1 : 3600)) {}.cancel() }
        try expectEqual(loop.timerCount, 1, "timers")
        kept.cancel()
        try expectEqual(loop.timerCount, 0, "timers at last")
    }

    static let laterCancelledDoesNotWake = Scenario.asyncio(
        "the loop does not wake up for a timer that was cancelled", "S16",
        mirrors: "test_base_events.BaseEventLoopTests.test__run_once", faultless: true
    ) { loop, _ in
        let early = loop.callLater(.milliseconds(2)) {}
        early.cancel()
        let before = loop.waitCount
        try await loop.sleep(for: .milliseconds(6))
        try expect(loop.waitCount - before <= 2, "\(loop.waitCount - before) waits for one timer")
    }

    static let laterAfterFiring = Scenario.loop(
        "cancelling a timer that fired does not touch a younger one", "S16"
    ) { loop, _ in
        let ran = Box(0)
        let old = loop.callLater(.zero) {}
        try await loop.until { loop.timerCount == 0 }
        try await loop.turns(1)
        loop.callLater(.milliseconds(1)) { ran.value += 1 }
        old.cancel()
        try await loop.until { ran.value == 1 }
    }

    static let laterForeignCancel = Scenario.loop(
        "a timer cancelled by another thread leaves the loop", "S16"
    ) { loop, _ in
        let held = Gone()
        let handle = loop.callLater(.seconds(100)) { [token = held.make()] in withExtendedLifetime(token) {} }
        OwnThread { handle.cancel() }.join()
        try await loop.until { loop.timerCount == 0 }
        try expect(held.isGone, "what it captured is still held")
    }

    static let laterByTimer = Scenario.loop(
        "a timer that a timer adds, due at once, does not run in the same turn", "S4 S16"
    ) { loop, _ in
        let order = Box<[String]>([])
        loop.callLater(.zero) {
            order.value.append("first")
            loop.callLater(.seconds(-1)) { order.value.append("its own") }
        }
        loop.callLater(.zero) { order.value.append("second") }
        try await loop.until { order.value.count == 3 }
        try expectEqual(order.value, ["first", "second", "its own"], "the order")
    }

    static let laterEndOfTime = Scenario.loop(
        "a delay without end is a timer like others", "S16"
    ) { loop, _ in
        let handles = [Duration.seconds(Int64.max), .seconds(1 << 40)].map { loop.callLater($0) {} }
        try await loop.turns(2)
        try expectEqual(loop.timerCount, 2, "timers")
        for handle in handles { handle.cancel() }
    }

    static let clockGoesOn = Scenario.loop(
        "the loop's time never goes back", "S16"
    ) { loop, _ in
        var last = loop.time
        for _ in 0..<1000 {
            let now = loop.time
            try expect(now >= last, "from \(last) to \(now)")
            last = now
        }
        try await loop.sleep(for: .milliseconds(1))
        try expect(loop.time >= last.advanced(by: .milliseconds(1)), "a sleep was too short")
    }
}
