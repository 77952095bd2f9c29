import SwirlCore

extension Conformance {
    static let semaphores = [
        semaphoreOfNone, semaphoreDescribesItself, semaphoreGivesPermits, semaphoreWaitIsCancelled,
        semaphorePassesOverCancelled, semaphoreCancelledFirst, semaphoreCancelledHolder, boundedSemaphoreRefuses,
        semaphoreReleasedWithoutWaiters, semaphoreAlternates, semaphoreOrder, semaphoreOrderAfterCancel, semaphoreOrderOfStarts,
    ]

    /// Takes a permit, and notes its number.
    private static func taker(
        _ number: Int, _ semaphore: Semaphore, _ order: Box<[Int]>, _ loop: isolated Loop
    ) -> LoopTask<Void> {
        loop.createTask {
            try await semaphore.acquire()
            order.note(number)
        }
    }

    static let semaphoreOfNone = Scenario.asyncio(
        "a semaphore without permits is locked", mirrors: "test_locks.SemaphoreTests.test_initial_value_zero"
    ) { loop, _ in
        try expect(Semaphore(0).isLocked(), "locked")
    }

    static let semaphoreDescribesItself = Scenario.asyncio(
        "a semaphore says how many permits there are, and how many wait", mirrors: "test_locks.SemaphoreTests.test_repr"
    ) { loop, _ in
        let semaphore = Semaphore()
        try expectEqual("\(semaphore)", "<Semaphore unlocked value=1>", "new")
        try await semaphore.acquire()
        try expectEqual("\(semaphore)", "<Semaphore locked>", "acquired")
        let tasks = (0..<2).map { taker($0, semaphore, Box([]), loop) }
        try await loop.turns()
        try expectEqual("\(semaphore)", "<Semaphore locked waiters=2>", "with waiters")
        for task in tasks {
            semaphore.release()
            try await task.value
        }
        try expectEqual("\(BoundedSemaphore(2))", "<BoundedSemaphore unlocked value=2>", "bounded")
    }

    static let semaphoreGivesPermits = Scenario.asyncio(
        "permits go to those who wait in their order", mirrors: "test_locks.SemaphoreTests.test_acquire"
    ) { loop, _ in
        let semaphore = Semaphore(3)
        let order = Box<[Int]>([])
        try await semaphore.acquire()
        try await semaphore.acquire()
        try expect(!semaphore.isLocked(), "one is left")
        var tasks = (1...3).map { taker($0, semaphore, order, loop) }
        try await loop.turns()
        try expectEqual(order.value, [1], "the last permit")
        try expectEqual("\(semaphore)", "<Semaphore locked waiters=2>", "two wait")
        tasks.append(taker(4, semaphore, order, loop))
        semaphore.release()
        semaphore.release()
        try expectEqual(semaphore.value(), 0, "permits, handed over")
        try await loop.turns()
        try expectEqual(order.value, [1, 2, 3], "two more")
        try expectEqual("\(semaphore)", "<Semaphore locked waiters=1>", "one waits")
        semaphore.release()
        for task in tasks { try await task.value }
        try expectEqual(order.value, [1, 2, 3, 4], "all")
    }

    static let semaphoreWaitIsCancelled = Scenario.asyncio(
        "cancelling a wait for a permit ends it", mirrors: "test_locks.SemaphoreTests.test_acquire_cancel"
    ) { loop, _ in
        let semaphore = Semaphore()
        try await semaphore.acquire()
        let task = loop.createTask { try await semaphore.acquire() }
        loop.callSoon { task.cancel() }
        try await expectCancelled("acquire") { try await task.value }
        try expectEqual("\(semaphore)", "<Semaphore locked>", "the semaphore")
    }

    static let semaphorePassesOverCancelled = Scenario.asyncio(
        "a permit passes over all who were cancelled", mirrors: "test_locks.SemaphoreTests.test_acquire_cancel_before_awoken"
    ) { loop, _ in
        let semaphore = Semaphore(0)
        let order = Box<[Int]>([])
        let tasks = (1...4).map { taker($0, semaphore, order, loop) }
        try await loop.turns()
        tasks[0].cancel()
        tasks[1].cancel()
        semaphore.release()
        try await loop.turns()
        try expectEqual(order.value, [3], "who has it")
        try expect(!tasks[3].isDone(), "the fourth waits")
        tasks[3].cancel()
        try await loop.turns()
        try expectEqual(tasks.map { $0.state() }, [.cancelled, .cancelled, .finished, .cancelled], "the tasks")
    }

    static let semaphoreCancelledFirst = Scenario.asyncio(
        "a release after the cancel of the first in line goes to the second",
        mirrors: "test_locks.SemaphoreTests.test_acquire_hang"
    ) { loop, _ in
        let semaphore = Semaphore(0)
        let order = Box<[Int]>([])
        let tasks = (1...2).map { taker($0, semaphore, order, loop) }
        try await loop.turns()
        tasks[0].cancel()
        semaphore.release()
        try await loop.turns()
        try expect(semaphore.isLocked(), "the second has the permit")
        try await tasks[1].value
        try expectEqual(order.value, [2], "who has it")
    }

    /// The waiter is cancelled in the turn in which it was given the permit: it does not keep it.
    static let semaphoreCancelledHolder = Scenario.asyncio(
        "a permit given to a task that is cancelled then is given back", mirrors: "test_locks.SemaphoreTests.test_acquire_no_hang"
    ) { loop, _ in
        let semaphore = Semaphore(1)
        let second = Box<LoopTask<Void>?>(nil)
        let first = loop.createTask {
            try await semaphore.withPermit { try await loop.turns() }
            second.value?.cancel()
        }
        second.value = loop.createTask {
            try await semaphore.withPermit { try await loop.sleep(for: .seconds(100)) }
        }
        try await first.value
        try await expectCancelled("the second") { try await second.value?.value }
        try await semaphore.acquire()
        try expectEqual(semaphore.value(), 0, "permits")
    }

    static let boundedSemaphoreRefuses = Scenario.asyncio(
        "a bounded semaphore refuses a release too many", mirrors: "test_locks.SemaphoreTests.test_release_not_acquired"
    ) { loop, _ in
        let semaphore = BoundedSemaphore()
        let error = refusal { try semaphore.release(on: loop) }
        try expectEqual(error as? SemaphoreError, .releasedTooOften(bound: 1), "the error")
        try await semaphore.acquire()
        try semaphore.release()
        try await semaphore.withPermit { try expect(semaphore.isLocked(on: loop), "inside") }
        try expectEqual(semaphore.value(), 1, "permits")
    }

    static let semaphoreReleasedWithoutWaiters = Scenario.asyncio(
        "a permit that nobody waits for is free", mirrors: "test_locks.SemaphoreTests.test_release_no_waiters"
    ) { loop, _ in
        let semaphore = Semaphore()
        try await semaphore.acquire()
        try expect(semaphore.isLocked(), "locked")
        semaphore.release()
        try expect(!semaphore.isLocked(), "unlocked")
    }

    static let semaphoreAlternates = Scenario.asyncio(
        "who releases and asks again goes behind those who wait", mirrors: "test_locks.SemaphoreTests.test_acquire_fifo_order"
    ) { loop, _ in
        let semaphore = Semaphore(1)
        let order = Box<[String]>([])
        let tasks = ["a", "b", "c"].map { name in
            loop.createTask {
                for round in 1...2 {
                    try await semaphore.acquire()
                    order.note("\(name)\(round)")
                    try await loop.turns()
                    semaphore.release(on: loop)
                }
            }
        }
        for task in tasks { try await task.value }
        try expectEqual(order.value, ["a1", "b1", "c1", "a2", "b2", "c2"], "the order")
    }

    static let semaphoreOrder = Scenario.asyncio(
        "two releases serve two who wait, before one who asks again",
        mirrors: "test_locks.SemaphoreTests.test_acquire_fifo_order_2"
    ) { loop, _ in
        let semaphore = Semaphore(1)
        let order = Box<[Int]>([])
        let first = taker(1, semaphore, order, loop)
        let second = loop.createTask {
            try await semaphore.acquire()
            order.note(2)
            semaphore.release(on: loop)
            try await semaphore.acquire()
            order.note(4)
        }
        let third = taker(3, semaphore, order, loop)
        try await loop.turns()
        semaphore.release()
        semaphore.release()
        for task in [first, second, third] { try await task.value }
        try expectEqual(order.value, [1, 2, 3, 4], "the order")
    }

    static let semaphoreOrderAfterCancel = Scenario.asyncio(
        "the order holds when the first in line was cancelled", mirrors: "test_locks.SemaphoreTests.test_acquire_fifo_order_3"
    ) { loop, _ in
        let semaphore = Semaphore(0)
        let order = Box<[Int]>([])
        let tasks = (1...3).map { taker($0, semaphore, order, loop) }
        try await loop.turns()
        tasks[0].cancel()
        try await loop.turns()
        semaphore.release()
        semaphore.release()
        for task in tasks { _ = try? await task.value }
        try expectEqual(order.value, [2, 3], "the order")
    }

    /// One release too many for those who wait: who comes before the one who was served has run queues behind it.
    static let semaphoreOrderOfStarts = Scenario.asyncio(
        "who was given a permit runs before a newcomer takes one", mirrors: "test_locks.SemaphoreTests.test_acquire_fifo_order_4"
    ) { loop, _ in
        let semaphore = Semaphore(0)
        let order = Box<[Int]>([])
        let fourth = Box<LoopTask<Void>?>(nil)
        let first = loop.createTask {
            try await semaphore.acquire()
            try expectEqual(semaphore.value(on: loop), 0, "permits when the first runs")
            fourth.value = loop.createTask { order.note(4) }
            order.note(1)
        }
        let second = loop.createTask {
            for _ in 0..<3 { semaphore.release(on: loop) }
            try expectEqual(semaphore.value(on: loop), 2, "permits after three releases")
            try expect(semaphore.isLocked(on: loop), "the first has not run")
            try await semaphore.acquire()
            order.note(2)
        }
        let third = taker(3, semaphore, order, loop)
        for task in [first, second, third] { try await task.value }
        try await fourth.value?.value
        try expectEqual(order.value, [1, 2, 3, 4], "the order")
    }
}
