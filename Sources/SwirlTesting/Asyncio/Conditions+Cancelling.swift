import SwirlCore

extension Conformance {
    static let conditionDescribesItself = Scenario.asyncio(
        "a condition says whether it is locked, and how many wait", mirrors: "test_locks.ConditionTests.test_repr"
    ) { loop, _ in
        let condition = Condition()
        try expectEqual("\(condition)", "<Condition unlocked>", "new")
        let tasks = (0..<2).map { _ in
            loop.createTask { try await condition.withLock { try await condition.wait() } }
        }
        try await loop.turns()
        try await condition.withLock {
            try expectEqual("\(condition)", "<Condition locked waiters=2>", "with waiters")
            try condition.notifyAll(on: loop)
            try expectEqual("\(condition)", "<Condition locked>", "notified")
        }
        for task in tasks { try await task.value }
    }

    static let conditionScope = Scenario.asyncio(
        "a condition's scope has its lock", mirrors: "test_locks.ConditionTests.test_context_manager"
    ) { loop, _ in
        let condition = Condition()
        try await condition.withLock { try expect(condition.isLocked(on: loop), "inside") }
        try expect(!condition.isLocked(), "afterwards")
    }

    static let conditionWithALock = Scenario.asyncio(
        "a condition can share a lock", mirrors: "test_locks.ConditionTests.test_explicit_lock"
    ) { loop, _ in
        let lock = Lock()
        let condition = Condition(lock: lock)
        let other = Condition(lock: lock)
        try expect(condition.lock === lock, "another lock")
        try await condition.withLock {
            try expectEqual([lock.isLocked(on: loop), other.isLocked(on: loop)], [true, true], "in the condition's scope")
        }
        try expectEqual([lock.isLocked(), condition.isLocked()], [false, false], "afterwards")
        try await lock.withLock {
            try expectEqual([condition.isLocked(on: loop), other.isLocked(on: loop)], [true, true], "in the lock's scope")
        }
        try expectEqual([lock.isLocked(), condition.isLocked()], [false, false], "afterwards")
    }

    static let lockOfAnotherLoop = Scenario.asyncioBlocking(
        "using another loop's lock or condition is an error", mirrors: "test_locks.ConditionTests.test_ambiguous_loops"
    ) { context in
        let (mine, other) = (try Loop(context.backend), try Loop(context.backend))
        let condition = try other.runUntilComplete { loop in Condition() }
        let errors = try mine.runUntilComplete { loop in
            [
                try await expectError("acquire") { try await condition.acquire() },
                try await expectError("wait") { try await condition.wait() },
                try await expectError("a scope") { try await condition.lock.withLock {} },
            ]
        }
        let wanted = ["Lock.acquire", "Condition.wait", "Lock.acquire"]
        try expectEqual(errors.map { ($0 as? WrongLoopError)?.operation }, wanted, "the errors")
        try other.runUntilComplete { loop in try await condition.withLock {} }
        try mine.close()
        try other.close()
    }

    static let conditionDeadline = Scenario.asyncio(
        "a wait for a condition can be given up after a time", mirrors: "test_locks.ConditionTests.test_timeout_in_block"
    ) { loop, _ in
        let condition = Condition()
        try await condition.withLock {
            try await expectThrows(TimeoutError.self, "the wait") {
                try await waitFor(timeout: .milliseconds(1)) { try await condition.wait() }
            }
            try expectEqual("\(condition)", "<Condition locked>", "in the scope")
        }
        try expectEqual("\(condition)", "<Condition unlocked>", "afterwards")
    }

    static let conditionCancelPasses = Scenario.asyncio(
        "a cancel ends a wait until something holds, and the scope around it",
        mirrors: "test_locks.ConditionTests.test_cancelled_error_wakeup"
    ) { loop, _ in
        let condition = Condition()
        let thrown = Box<[String]>([])
        let task = loop.createTask {
            try await condition.withLock {
                do { try await condition.wait { false } } catch {
                    thrown.note("\(type(of: error))")
                    throw error
                }
            }
        }
        try await loop.turns()
        task.cancel()
        try await expectCancelled("the scope") { try await task.value }
        try expectEqual(thrown.value, ["CancellationError"], "inside")
    }

    static let conditionCancelRelocking = Scenario.asyncio(
        "a cancel while a wait takes the lock again ends it when it has the lock",
        mirrors: "test_locks.ConditionTests.test_cancelled_error_re_aquire"
    ) { loop, _ in
        let condition = Condition()
        let (wake, events) = (Box(false), Box<[String]>([]))
        let task = loop.createTask {
            try await condition.withLock {
                do { try await condition.wait { wake.value } } catch {
                    events.note(condition.isLocked(on: loop) ? "thrown with the lock" : "thrown without")
                    throw error
                }
            }
        }
        try await loop.turns()
        try await condition.acquire()
        wake.value = true
        try condition.notify()
        try await loop.turns()
        task.cancel()
        try await loop.turns()
        try expectEqual(events.value, [], "while another has the lock")
        try condition.release()
        try await expectCancelled("the scope") { try await task.value }
        try expectEqual(events.value, ["thrown with the lock"], "inside")
    }

    /// Two consumers wait; one item comes, one is notified, and cancelled: the other must take the item.
    private static func passesOn(_ loop: isolated Loop, turnsBeforeCancel: Int) async throws {
        let condition = Condition()
        let state = Box(0)
        let consumers = (0..<2).map { _ in
            loop.createTask {
                try await condition.withLock {
                    while true {
                        try await condition.wait { state.value != 0 }
                        if state.value < 0 { return }
                        state.value -= 1
                    }
                }
            }
        }
        try await loop.turns()
        try await condition.withLock {
            state.value += 1
            try condition.notify(1, on: loop)
            try await loop.turns(turnsBeforeCancel)
            consumers[0].cancel()
        }
        try await loop.turns(10)
        try expectEqual(state.value, 0, "items left")
        try expectEqual(consumers[0].state(), .cancelled, "the cancelled consumer")
        try await condition.withLock {
            state.value = -1
            try condition.notifyAll(on: loop)
        }
        try await consumers[1].value
    }

    static let conditionPassesOn = Scenario.asyncio(
        "a notification of a task that is cancelled in the same turn reaches another",
        mirrors: "test_locks.ConditionTests.test_cancelled_wakeup"
    ) { loop, _ in
        try await passesOn(loop, turnsBeforeCancel: 0)
    }

    static let conditionPassesOnRelocking = Scenario.asyncio(
        "a notification of a task that is cancelled before it has the lock reaches another",
        mirrors: "test_locks.ConditionTests.test_cancelled_wakeup_relock"
    ) { loop, _ in
        try await passesOn(loop, turnsBeforeCancel: 3)
    }
}
