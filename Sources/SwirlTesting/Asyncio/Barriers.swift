import SwirlCore

extension Conformance {
    static let barriers = [
        barrierDescribesItself, barrierGivesNumbers, barrierOfOne, barrierOfOneTwice, barrierFillsOneByOne, barrierTwice,
        barrierNumbersAgain, barrierDrains, barrierKeepsOutside, barrierCancelledParty, barrierResetEmpty, barrierResetFilling,
        barrierResetHalfDrained, barrierResetOthersOutside, barrierResetAndAgain, barrierResetByTheLast, barrierAbortEmpty,
        barrierAbortHalfDrained, barrierAbortOnError, barrierAbortAndReset,
    ]

    /// As many tasks as the barrier has parties, all ended.
    static func parties(
        of barrier: Barrier, _ loop: Loop, _ body: @escaping @Sendable (isolated Loop) async throws -> Void
    ) async throws {
        let tasks = (0..<barrier.parties).map { _ in loop.createTask(body) }
        for task in tasks { try await task.value }
    }

    static let barrierDescribesItself = Scenario.asyncio(
        "a barrier says whether it fills, drains, resets or is broken", mirrors: "test_locks.BarrierTests.test_repr"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        var tasks: [LoopTask<Void>] = []
        func arrive(_ count: Int) {
            for _ in 0..<count { tasks.append(loop.createTask { try await barrier.wait() }) }
        }
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "new")
        arrive(2)
        try await loop.turns()
        try expectEqual("\(barrier)", "<Barrier filling waiters=2/5>", "two")
        arrive(2)
        try await loop.turns()
        try await barrier.wait()
        try expectEqual("\(barrier)", "<Barrier draining waiters=0/5>", "all")
        arrive(2)
        try await loop.turns()
        barrier.reset()
        try expectEqual("\(barrier)", "<Barrier resetting waiters=0/5>", "reset")
        arrive(2)
        try await loop.turns()
        barrier.abort()
        try expectEqual("\(barrier)", "<Barrier broken>", "aborted")
        try expect(barrier.isBroken(), "broken")
        for task in tasks { _ = try? await task.value }
    }

    static let barrierGivesNumbers = Scenario.asyncio(
        "each party has a number of its own", mirrors: "test_locks.BarrierTests.test_context_manager"
    ) { loop, _ in
        let barrier = Barrier(parties: 3)
        let numbers = Box<[Int]>([])
        try await parties(of: barrier, loop) { _ in numbers.note(try await barrier.wait()) }
        try expectEqual(numbers.value.sorted(), [0, 1, 2], "the numbers")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/3>", "afterwards")
    }

    static let barrierOfOne = Scenario.asyncio(
        "a barrier of one party holds nobody", mirrors: "test_locks.BarrierTests.test_filling_one_task"
    ) { loop, _ in
        let barrier = Barrier(parties: 1)
        try expectEqual(try await barrier.wait(), 0, "the number")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/1>", "afterwards")
    }

    static let barrierOfOneTwice = Scenario.asyncio(
        "a barrier of one party holds nobody the second time either",
        mirrors: "test_locks.BarrierTests.test_filling_one_task_twice"
    ) { loop, _ in
        let barrier = Barrier(parties: 1)
        for _ in 0..<2 {
            let task = loop.createTask { try await barrier.wait() }
            try await loop.turns()
            try expectEqual(try task.result(), 0, "the number")
            try expectEqual(barrier.waitingCount(), 0, "who waits")
        }
    }

    static let barrierFillsOneByOne = Scenario.asyncio(
        "a barrier fills party by party", mirrors: "test_locks.BarrierTests.test_filling_task_by_task"
    ) { loop, _ in
        let barrier = Barrier(parties: 3)
        var tasks: [LoopTask<Int>] = []
        for count in 1...2 {
            tasks.append(loop.createTask { try await barrier.wait() })
            try await loop.turns()
            try expectEqual("\(barrier)", "<Barrier filling waiters=\(count)/3>", "the barrier")
        }
        tasks.append(loop.createTask { try await barrier.wait() })
        for (index, task) in tasks.enumerated() { try expectEqual(try await task.value, index, "a number") }
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/3>", "afterwards")
    }

    static let barrierTwice = Scenario.asyncio(
        "parties pass a barrier twice", mirrors: "test_locks.BarrierTests.test_filling_tasks_wait_twice"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let passes = Box<[Int]>([])
        try await parties(of: barrier, loop) { _ in
            try await barrier.wait()
            passes.note(1)
            try await barrier.wait()
            passes.note(2)
        }
        try expectEqual(passes.value, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2], "the passes")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierNumbersAgain = Scenario.asyncio(
        "the numbers are right the second time, too", mirrors: "test_locks.BarrierTests.test_filling_tasks_check_return_value"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let numbers = Box<[Int]>([])
        try await parties(of: barrier, loop) { _ in
            try await barrier.wait()
            numbers.note(try await barrier.wait())
        }
        try expectEqual(numbers.value.sorted(), [0, 1, 2, 3, 4], "the numbers")
    }

    static let barrierDrains = Scenario.asyncio(
        "a barrier drains until the last party has left", mirrors: "test_locks.BarrierTests.test_draining_state"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let states = Box<[Bool]>([])
        try await parties(of: barrier, loop) { _ in
            try await barrier.wait()
            states.note("\(barrier)".contains("draining"))
        }
        try expectEqual(states.value, [true, true, true, true, false], "whether it drained")
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/5>", "afterwards")
    }

    static let barrierKeepsOutside = Scenario.asyncio(
        "who comes while a barrier drains waits for the next time",
        mirrors: "test_locks.BarrierTests.test_blocking_tasks_while_draining"
    ) { loop, _ in
        let barrier = Barrier(parties: 5)
        let others = Barrier(parties: 3)
        let (again, passed) = (Box(2), Box(0))
        try await parties(of: barrier, loop) { _ in
            try await barrier.wait()
            if again.value > 0 { again.value -= 1 } else { try await others.wait() }
            try await barrier.wait()
            passed.value += 1
        }
        try expectEqual(passed.value, 5, "who passed twice")
    }

    static let barrierCancelledParty = Scenario.asyncio(
        "a party whose wait is cancelled has not arrived", mirrors: "test_locks.BarrierTests.test_filling_tasks_cancel_one"
    ) { loop, _ in
        let barrier = Barrier(parties: 3)
        func party() -> LoopTask<Int> { loop.createTask { try await barrier.wait() } }
        let cancelled = party()
        var rest = [party()]
        try await loop.turns()
        try expectEqual(barrier.waitingCount(), 2, "two")
        cancelled.cancel()
        try expectEqual(barrier.waitingCount(), 1, "one, at once")
        try await loop.turns()
        try expectEqual(cancelled.state(), .cancelled, "the cancelled one")
        rest.append(party())
        try await loop.turns()
        try expectEqual(barrier.waitingCount(), 2, "two again")
        rest.append(party())
        for (index, task) in rest.enumerated() { try expectEqual(try await task.value, index, "a number") }
        try expectEqual("\(barrier)", "<Barrier filling waiters=0/3>", "afterwards")
    }
}
