import SwirlCore

extension Conformance {
    static let conditions = [
        conditionWakesAsNotified, conditionWaitIsCancelled, conditionCancelContested, conditionCancelledAfterNotify,
        conditionNeedsItsLock, conditionPredicate, conditionPredicateUnlocked, conditionNotifies, conditionNotifiesAll,
        conditionNotifyNeedsLock, conditionNotifyAllNeedsLock, conditionDescribesItself, conditionScope,
        conditionWithALock, lockOfAnotherLoop, conditionDeadline, conditionCancelPasses, conditionCancelRelocking,
        conditionPassesOn, conditionPassesOnRelocking,
    ]

    /// Notes its number when it was notified, and keeps the lock or gives it back.
    private static func waiter(
        _ number: Int, _ condition: Condition, _ order: Box<[Int]>, keeps: Bool, _ loop: Loop
    ) -> LoopTask<Void> {
        loop.createTask { (loop: isolated Loop) in
            try await condition.acquire()
            try await condition.wait()
            order.note(number)
            if !keeps { try condition.release() }
        }
    }

    static let conditionWakesAsNotified = Scenario.asyncio(
        "notified tasks go on one after another, each with the lock", mirrors: "test_locks.ConditionTests.test_wait"
    ) { loop, _ in
        let condition = Condition()
        let order = Box<[Int]>([])
        let tasks = (1...3).map { waiter($0, condition, order, keeps: true, loop) }
        try await loop.turns()
        try expectEqual(order.value, [], "before")
        try expect(!condition.isLocked(), "who waits has no lock")
        try await condition.acquire()
        try condition.notify()
        try await loop.turns()
        try expectEqual(order.value, [], "notified, without the lock")
        try condition.release()
        try await loop.turns()
        try expectEqual(order.value, [1], "released")
        try expect(condition.isLocked(), "the first has the lock")
        try condition.notify(2)
        try await loop.turns()
        try expectEqual(order.value, [1], "two notified")
        try condition.release()
        try await loop.turns()
        try expectEqual(order.value, [1, 2], "released twice")
        try condition.release()
        try await loop.turns()
        try expectEqual(order.value, [1, 2, 3], "released three times")
        try expect(condition.isLocked(), "the third has the lock")
        for task in tasks { try await task.value }
    }

    static let conditionWaitIsCancelled = Scenario.asyncio(
        "a cancelled wait for a condition has its lock again", mirrors: "test_locks.ConditionTests.test_wait_cancel"
    ) { loop, _ in
        let condition = Condition()
        try await condition.acquire()
        let task = loop.createTask { try await condition.wait() }
        loop.callSoon { task.cancel() }
        try await expectCancelled("wait") { try await task.value }
        try expectEqual("\(condition)", "<Condition locked>", "the condition")
    }

    static let conditionCancelContested = Scenario.asyncio(
        "a notified wait that is cancelled has its lock again", mirrors: "test_locks.ConditionTests.test_wait_cancel_contested"
    ) { loop, _ in
        let condition = Condition()
        try await condition.acquire()
        let task = loop.createTask { try await condition.wait() }
        try await loop.turns()
        try expect(!condition.isLocked(), "the wait gave the lock back")
        try await condition.acquire()
        try condition.notify()
        loop.callSoon { task.cancel() }
        loop.callSoon { try? condition.release(on: loop) }
        _ = try? await task.value
        try expect(condition.isLocked(), "the wait has the lock")
        try expect(task.isDone(), "the wait has not ended")
    }

    static let conditionCancelledAfterNotify = Scenario.asyncio(
        "a wait that is cancelled while it takes the lock again throws",
        mirrors: "test_locks.ConditionTests.test_wait_cancel_after_notify"
    ) { loop, _ in
        let condition = Condition()
        let waited = Box(false)
        let waiter = loop.createTask {
            try await condition.withLock {
                waited.value = true
                try await condition.wait()
            }
        }
        try await loop.turns()
        try await condition.acquire()
        try condition.notify()
        try await loop.turns()
        waiter.cancel()
        try await loop.turns()
        try expect(!waiter.isDone(), "ended without the lock")
        try condition.release()
        try await loop.turns()
        try expectEqual(waiter.state(), .cancelled, "the waiter")
        try expect(waited.value, "it did not wait")
        try expect(!condition.isLocked(), "the scope gave the lock back")
    }

    static let conditionNeedsItsLock = Scenario.asyncio(
        "waiting for a condition without its lock is an error", mirrors: "test_locks.ConditionTests.test_wait_unacquired"
    ) { loop, _ in
        let condition = Condition()
        let error = try await expectError("wait") { try await condition.wait() }
        try expectEqual(error as? LockError, .notAcquired("Condition.wait"), "\(error)")
    }

    static let conditionPredicate = Scenario.asyncio(
        "waiting until something holds goes on waiting while it does not", mirrors: "test_locks.ConditionTests.test_wait_for"
    ) { loop, _ in
        let condition = Condition()
        let (holds, order) = (Box(false), Box<[Int]>([]))
        let task = loop.createTask {
            try await condition.withLock {
                try await condition.wait { holds.value }
                order.note(1)
            }
        }
        try await loop.turns()
        try await condition.withLock { try condition.notify(on: loop) }
        try await loop.turns()
        try expectEqual(order.value, [], "notified too early")
        holds.value = true
        try await condition.withLock { try condition.notify(on: loop) }
        try await loop.turns()
        try expectEqual(order.value, [1], "notified")
        try await task.value
    }

    static let conditionPredicateUnlocked = Scenario.asyncio(
        "what holds at once needs no lock", mirrors: "test_locks.ConditionTests.test_wait_for_unacquired"
    ) { loop, _ in
        let condition = Condition()
        try await condition.wait { true }
        let error = try await expectError("wait") { try await condition.wait { false } }
        try expectEqual(error as? LockError, .notAcquired("Condition.wait"), "\(error)")
    }

    static let conditionNotifies = Scenario.asyncio(
        "notifying wakes as many as it says, or all there are", mirrors: "test_locks.ConditionTests.test_notify"
    ) { loop, _ in
        let condition = Condition()
        let order = Box<[Int]>([])
        let tasks = (1...3).map { waiter($0, condition, order, keeps: false, loop) }
        try await loop.turns()
        try await condition.withLock { try condition.notify(1, on: loop) }
        try await loop.turns(10)
        try expectEqual(order.value, [1], "one")
        try await condition.withLock {
            try condition.notify(1, on: loop)
            try condition.notify(2048, on: loop)
        }
        try await loop.turns(10)
        try expectEqual(order.value, [1, 2, 3], "all")
        for task in tasks { try await task.value }
    }

    static let conditionNotifiesAll = Scenario.asyncio(
        "notifying all wakes all, in order", mirrors: "test_locks.ConditionTests.test_notify_all"
    ) { loop, _ in
        let condition = Condition()
        let order = Box<[Int]>([])
        let tasks = (1...2).map { waiter($0, condition, order, keeps: false, loop) }
        try await loop.turns()
        try await condition.withLock { try condition.notifyAll(on: loop) }
        try await loop.turns(10)
        try expectEqual(order.value, [1, 2], "the order")
        for task in tasks { try await task.value }
    }

    static let conditionNotifyNeedsLock = Scenario.asyncio(
        "notifying without the lock is an error", mirrors: "test_locks.ConditionTests.test_notify_unacquired"
    ) { loop, _ in
        let condition = Condition()
        let error = refusal { try condition.notify(on: loop) }
        try expectEqual(error as? LockError, .notAcquired("Condition.notify"), "the error")
    }

    static let conditionNotifyAllNeedsLock = Scenario.asyncio(
        "notifying all without the lock is an error", mirrors: "test_locks.ConditionTests.test_notify_all_unacquired"
    ) { loop, _ in
        let condition = Condition()
        let error = refusal { try condition.notifyAll(on: loop) }
        try expectEqual(error as? LockError, .notAcquired("Condition.notify"), "the error")
    }
}
