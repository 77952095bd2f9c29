import SwirlCore

extension Conformance {
    /// Whether the wait was broken.
    private static func isBroken(_ barrier: Barrier) async throws -> Bool {
        do {
            try await barrier.wait()
            return false
        } catch BarrierError.broken {
            return true
        }
    }

    static let barrierResetEmpty = Scenario.asyncio(
        "resetting a barrier with nobody inside changes nothing", mirrors: "test_locks.BarrierTests.test_reset_barrier"
    ) { loop, _ in
        let barrier = Barrier(parties: 1)
        barrier.reset()
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/1>", "the barrier")
        try await barrier.wait()
    }

    static let barrierResetFilling = Scenario.asyncio(
        "a reset breaks the wait of all who are inside",
        mirrors: "test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let tasks = (0..<4).map { _ in loop.createTask { try await isBroken(barrier) } }
        try await loop.turns()
        barrier.reset()
        for task in tasks { try expect(try await task.value, "not broken") }
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierResetHalfDrained = Scenario.asyncio(
        "a reset while it drains breaks the wait of those who have not left",
        mirrors: "test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let (passed, broken) = (Box(0), Box(0))
        try await parties(of: barrier, loop) { loop in
            if try await isBroken(barrier) {
                broken.value += 1
            } else {
                passed.value += 1
                if passed.value == 3 { barrier.reset() }
            }
        }
        try expectEqual(passed.value, 3, "who passed")
        try expectEqual(broken.value, 2, "who was inside at the reset")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierResetOthersOutside = Scenario.asyncio(
        "a reset while it drains leaves those who wait outside in peace",
        mirrors: "test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let (passed, broken, brokenOutside) = (Box(0), Box(0), Box(0))
        try await parties(of: barrier, loop) { loop in
            if try await isBroken(barrier) {
                broken.value += 1
                try await barrier.wait()
                return
            }
            passed.value += 1
            if passed.value > 2 {
                barrier.reset()
                try await barrier.wait()
            } else if try await isBroken(barrier) {
                brokenOutside.value += 1
            }
        }
        try expectEqual(broken.value, 2, "who was inside at the reset")
        try expectEqual(brokenOutside.value, 0, "who was outside and threw")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierResetAndAgain = Scenario.asyncio(
        "after a reset the parties can meet again",
        mirrors: "test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let (broken, passed) = (Box(0), Box(0))
        let tasks = (0..<4).map { _ in
            loop.createTask {
                if try await isBroken(barrier) { broken.value += 1 }
                try await barrier.wait()
                passed.value += 1
            }
        }
        try await loop.turns()
        barrier.reset()
        let last = loop.createTask {
            try await barrier.wait()
            passed.value += 1
        }
        for task in tasks + [last] { try await task.value }
        try expectEqual([broken.value, passed.value], [4, 5], "who was broken, who passed")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierResetByTheLast = Scenario.asyncio(
        "a reset by the last who leaves breaks nobody's wait",
        mirrors: "test_locks.BarrierTests.test_reset_barrier_while_tasks_draining"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let (left, broken, passed) = (Box(0), Box(0), Box(0))
        try await parties(of: barrier, loop) { loop in
            try await barrier.wait()
            left.value += 1
            if left.value == 5 { barrier.reset() }
            if try await isBroken(barrier) { broken.value += 1 }
            try await barrier.wait()
            passed.value += 1
        }
        try expectEqual([broken.value, passed.value], [0, 5], "who was broken, who passed")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierAbortEmpty = Scenario.asyncio(
        "an aborted barrier is broken until it is reset", mirrors: "test_locks.BarrierTests.test_abort_barrier"
    ) { loop, _ in
        let barrier = Barrier(parties: 1)
        barrier.abort()
        try expect(barrier.isBroken(), "not broken")
        try expectEqual(barrier.waitingCount(), 0, "who waits")
        try expect(try await isBroken(barrier), "the wait")
        barrier.reset()
        try expect(try await !isBroken(barrier), "the wait after the reset")
    }

    static let barrierAbortHalfDrained = Scenario.asyncio(
        "an abort breaks the waits inside and outside",
        mirrors: "test_locks.BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let (passed, broken, brokenOutside) = (Box(0), Box(0), Box(0))
        try await parties(of: barrier, loop) { loop in
            if try await isBroken(barrier) {
                broken.value += 1
                return
            }
            passed.value += 1
            if passed.value > 2 {
                barrier.abort()
            } else if try await isBroken(barrier) {
                brokenOutside.value += 1
            }
        }
        try expectEqual([broken.value, brokenOutside.value], [2, 2], "who was inside, who outside")
        try expectEqual("\(barrier)", "<Barrier broken>", "afterwards")
    }

    static let barrierAbortOnError = Scenario.asyncio(
        "a party that fails aborts for the others",
        mirrors: "test_locks.BarrierTests.test_abort_barrier_when_exception"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let (broken, passed) = (Box(0), Box(0))
        try await parties(of: barrier, loop) { loop in
            do {
                if try await barrier.wait() == 2 { throw Wrong() }
                try await barrier.wait()
                passed.value += 1
            } catch is Wrong {
                barrier.abort()
            } catch BarrierError.broken {
                broken.value += 1
            }
        }
        try expectEqual([broken.value, passed.value], [4, 0], "who was broken, who passed twice")
        try expectEqual("\(barrier)", "<Barrier broken>", "afterwards")
    }

    static let barrierAbortAndReset = Scenario.asyncio(
        "an aborted barrier works again when the parties have agreed on a reset",
        mirrors: "test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting"
    ) { loop, _ in
        let (barrier, agreement) = (Barrier(parties: 5), Barrier(parties: 5))
        let (broken, passed) = (Box(0), Box(0))
        try await parties(of: barrier, loop) { loop in
            do {
                if try await barrier.wait() == 2 { throw Wrong() }
                try await barrier.wait()
            } catch is Wrong {
                barrier.abort()
            } catch BarrierError.broken {
                broken.value += 1
            }
            if try await agreement.wait() == 2 { barrier.reset() }
            try await agreement.wait()
            try await barrier.wait()
            passed.value += 1
        }
        try expectEqual([broken.value, passed.value], [4, 5], "who was broken, who passed in the end")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }
}
