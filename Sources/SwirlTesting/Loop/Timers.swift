import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let timers = [
        neverEarly, subMillisecond, hugeDelays, equalDeadlines, zeroDelay, cancelledTimersLeave, clockSleeps, readDeadlines,
    ]

    /// TIM-02: not one before its deadline, and in order.
    static let neverEarly = Scenario.loop("no timer fires before its deadline, and each in its order", "TIM-02 TIM-05") {
        loop, _ in
        var generator = Generator(seed: 4711)
        let fired = Box<[LoopClock.Instant]>([])
        let early = Box(0)
        let left = Box(2000)
        let done = Future<Void>()
        for _ in 0..<2000 {
            let when = loop.time.advanced(by: .microseconds(Int64(generator.next() % 20_000)))
            loop.callAt(when) {
                if loop.time < when { early.value += 1 }
                fired.value.append(when)
                left.value -= 1
                if left.value == 0 { try? done.setResult(()) }
            }
        }
        try await done.value
        try expectEqual(early.value, 0, "early timers")
        try expect(zip(fired.value, fired.value.dropFirst()).allSatisfy { $0 <= $1 }, "out of order")
    }

    /// TIM-01: a remainder below the mechanism's resolution is no series of empty waits.
    static let subMillisecond = Scenario.loop("short sleeps do not spin", "TIM-01", faultless: true) { loop, _ in
        for duration: Duration in [.nanoseconds(1), .microseconds(1), .microseconds(100), .microseconds(900), .milliseconds(3)] {
            let deadline = loop.time.advanced(by: duration)
            let before = loop.waitCount
            try await loop.sleep(until: deadline)
            try expect(loop.time >= deadline, "TIM-02: early")
            try expect(loop.waitCount - before <= 20, "\(loop.waitCount - before) waits for \(duration)")
        }
    }

    /// TIM-03: clamped; never «now» by wrapping around.
    static let hugeDelays = Scenario.loop("huge and negative delays are clamped", "TIM-03") { loop, _ in
        let fired = Box<[String]>([])
        let huge = [
            loop.callLater(.seconds(Int64.max)) { fired.value.append("seconds max") },
            loop.callLater(.nanoseconds(Int64.max)) { fired.value.append("nanoseconds max") },
            loop.callAt(LoopClock.Instant(nanoseconds: .max)) { fired.value.append("at max") },
        ]
        let sleeping = loop.createTask { try await loop.sleep(for: .seconds(Int64.max)) }
        let past = Future<Void>()
        loop.callAt(LoopClock.Instant(nanoseconds: .min)) { fired.value.append("at min") }
        loop.callLater(.seconds(Int64.min)) {
            fired.value.append("seconds min")
            try? past.setResult(())
        }
        _ = loop
        try await past.value
        try await loop.sleep(for: .seconds(-5))
        try await loop.sleep(for: .milliseconds(2))
        try expectEqual(fired.value, ["at min", "seconds min"], "what fired")
        for timer in huge { timer.cancel() }
        sleeping.cancel()
        _ = try? await sleeping.value
    }

    /// TIM-05: in the order of their insertion.
    static let equalDeadlines = Scenario.loop("timers of one deadline fire in the order they were made", "TIM-05") { loop, _ in
        let order = Box<[Int]>([])
        let when = loop.time.advanced(by: .milliseconds(1))
        let done = Future<Void>()
        let handles = (0..<50).map { index in
            loop.callAt(when) {
                order.value.append(index)
                if index == 49 { try? done.setResult(()) }
                _ = loop
            }
        }
        for index in stride(from: 1, to: 49, by: 7) { handles[index].cancel() }
        try await done.value
        try expectEqual(order.value, (0..<50).filter { $0 == 49 || $0 % 7 != 1 }, "the order")
    }

    /// TIM-05: a timer that makes itself again at once runs once a turn.
    static let zeroDelay = Scenario.loop("a timer of no delay that renews itself starves nobody", "TIM-05 ORD-02") { loop, _ in
        let rounds = Box(0)
        let running = Box(true)
        func again(_ loop: isolated Loop) {
            rounds.value += 1
            if running.value { loop.callLater(.zero) { again(loop) } }
        }
        again(loop)
        let (a, b) = try await loop.pair()
        try await b.send([1])
        try expectEqual(try await a.some(), [1], "the byte")
        running.value = false
        try await loop.until { loop.timerCount == 0 }
        try expect(rounds.value > 1, "it ran")
        await a.close()
        await b.close()
    }

    /// TIM-06: gone at once, not when they would have been due.
    static let cancelledTimersLeave = Scenario.loop("cancelled timers leave at once", "TIM-06") { loop, _ in
        for _ in 0..<10 {
            let handles = (0..<5000).map { index in loop.callLater(.seconds(1000 + index % 7)) {} }
            try expectEqual(loop.timerCount, 5000, "timers")
            for handle in handles { handle.cancel() }
            try expectEqual(loop.timerCount, 0, "timers after the cancels")
        }
    }

    /// A `Clock` of the loop's serves the standard library's own sleep.
    static let clockSleeps = Scenario.loop("Task.sleep by the loop's clock stays on the loop", "TIM-02 TIM-03") { loop, _ in
        let deadline = loop.clock.now.advanced(by: .milliseconds(1))
        try await Task.sleep(until: deadline, clock: loop.clock)
        try expect(loop.time >= deadline, "early")
        try expect(Loop.current === loop, "another thread")
        let sleeping = loop.createTask { try await Task.sleep(for: .seconds(100), clock: loop.clock) }
        try await loop.turns()
        sleeping.cancel()
        try await expectCancelled("the sleep") { try await sleeping.value }
    }

    /// RDY-06, LOAD-04: a deadline on an operation ends that operation only; repeated, it leaves nothing behind.
    static let readDeadlines = Scenario.loop(
        "reads and writes end at their deadlines and can be tried again", "RDY-06 CAN-10 LOAD-04"
    ) {
        loop, _ in
        let (a, peer) = try loop.rawPair()
        for round in 0..<30 {
            let deadline = loop.time.advanced(by: .microseconds(round * 20))
            let error = try await expectError("the read") {
                round % 2 == 0
                    ? try await a.some(8, deadline: deadline).count : try await a.nextChunk(deadline: deadline)?.count ?? 0
            }
            try expectEqual(cause(error), .deadline, "the read")
        }
        let operations = loop.operationCount
        try expect(operations <= 1, "operations: \(operations)")
        Raw.send(peer, numbered(9))
        try expectEqual(try await a.all(9), numbered(9), "the bytes")
        let late = loop.time.advanced(by: .milliseconds(1))
        let error = try await expectError("the write") {
            try await a.send([UInt8](repeating: 7, count: 32 << 20), deadline: late)
        }
        try expectEqual(cause(error), .deadline, "the write")
        await a.close()
        _ = swirl_close(peer)
    }
}
