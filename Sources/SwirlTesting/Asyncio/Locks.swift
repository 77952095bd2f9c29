import SwirlCore

extension Conformance {
    static let locks = [
        lockDescribesItself, lockGoesInOrder, lockWaitIsCancelled, lockCancelBesideRelease, lockCancelThenRelease,
        lockPassesOverCancelled, lockReleasedUnlocked, lockReleasedWithoutWaiters, lockScope,
        eventDescribesItself, eventWakesAll, eventIsSet, eventWaitIsCancelled, eventIsCleared, eventClearedWithWaiters,
    ]

    static let lockDescribesItself = Scenario.asyncio(
        "a lock says whether it is locked, and how many wait", mirrors: "test_locks.LockTests.test_repr"
    ) { loop, _ in
        let lock = Lock()
        try expectEqual("\(lock)", "<Lock unlocked>", "new")
        try await lock.acquire()
        try expectEqual("\(lock)", "<Lock locked>", "acquired")
        let waiting = loop.createTask { try await lock.acquire() }
        try await loop.turns()
        try expectEqual("\(lock)", "<Lock locked waiters=1>", "with a waiter")
        try lock.release()
        try await waiting.value
        try expectEqual("\(lock)", "<Lock locked>", "handed over")
    }

    static let lockGoesInOrder = Scenario.asyncio(
        "a lock goes to those who wait in their order, one a release", mirrors: "test_locks.LockTests.test_acquire"
    ) { loop, _ in
        let lock = Lock()
        let order = Box<[Int]>([])
        try await lock.acquire()
        func taker(_ number: Int) -> LoopTask<Void> {
            loop.createTask {
                try await lock.acquire()
                order.note(number)
            }
        }
        var tasks = [taker(1), taker(2)]
        try await loop.turns()
        try expectEqual(order.value, [], "while it is held")
        try lock.release()
        try await loop.turns()
        try expectEqual(order.value, [1], "after a release")
        try await loop.turns()
        try expectEqual(order.value, [1], "a turn later")
        tasks.append(taker(3))
        try lock.release()
        try await loop.turns()
        try expectEqual(order.value, [1, 2], "after two")
        try lock.release()
        try await loop.turns()
        try expectEqual(order.value, [1, 2, 3], "after three")
        try expect(tasks.allSatisfy { $0.state() == .finished }, "a task has not ended")
    }

    static let lockWaitIsCancelled = Scenario.asyncio(
        "cancelling a wait for a lock ends it, and leaves nobody in line", mirrors: "test_locks.LockTests.test_acquire_cancel"
    ) { loop, _ in
        let lock = Lock()
        try await lock.acquire()
        let task = loop.createTask { try await lock.acquire() }
        loop.callSoon { task.cancel() }
        try await expectCancelled("acquire") { try await task.value }
        try expectEqual("\(lock)", "<Lock locked>", "the lock")
    }

    /// A holds it, B and C wait. B is cancelled in the turn in which A releases: C is next.
    static let lockCancelBesideRelease = Scenario.asyncio(
        "a release beside the cancel of the first in line goes to the second", mirrors: "test_locks.LockTests.test_cancel_race"
    ) { loop, _ in
        let lock = Lock()
        let go = Future<Void>()
        func holder(_ wait: Bool) -> LoopTask<Void> {
            loop.createTask { try await lock.withLock { if wait { try await go.value } } }
        }
        let a = holder(true)
        try await loop.turns()
        try expect(lock.isLocked(), "A has it")
        let b = holder(false)
        let c = holder(false)
        try await loop.turns()
        try expectEqual("\(lock)", "<Lock locked waiters=2>", "B and C")
        try go.setResult(())
        b.cancel()
        try expectEqual("\(lock)", "<Lock locked waiters=1>", "C")
        try await a.value
        try await c.value
        try expectEqual(b.state(), .cancelled, "B")
        try expect(!lock.isLocked(), "somebody has it still")
    }

    static let lockCancelThenRelease = Scenario.asyncio(
        "a cancel and a release in one callback give the lock to one task",
        mirrors: "test_locks.LockTests.test_cancel_release_race"
    ) { loop, _ in
        let lock = Lock()
        let (calls, taken) = (Box(0), Box(0))
        try await lock.acquire()
        let tasks = (0..<3).map { _ in
            loop.createTask {
                calls.value += 1
                try await lock.acquire()
                taken.value += 1
            }
        }
        try await loop.turns()
        loop.callSoon {
            tasks[0].cancel()
            try? lock.release(on: loop)
        }
        try await expectCancelled("the first") { try await tasks[0].value }
        try await loop.turns()
        try expectEqual(calls.value, 3, "calls")
        try expectEqual(taken.value, 1, "locks taken")
        try expectEqual(tasks[1].state(), .finished, "the second")
        tasks[2].cancel()
        try await loop.turns()
        try expectEqual(tasks[2].state(), .cancelled, "the third")
    }

    static let lockPassesOverCancelled = Scenario.asyncio(
        "a release passes over a waiter that was cancelled before", mirrors: "test_locks.LockTests.test_finished_waiter_cancelled"
    ) { loop, _ in
        let lock = Lock()
        try await lock.acquire()
        let first = loop.createTask { try await lock.acquire() }
        try await loop.turns()
        try expectEqual("\(lock)", "<Lock locked waiters=1>", "the first")
        let second = loop.createTask { try await lock.acquire() }
        try await loop.turns()
        first.cancel()
        try lock.release()
        try await loop.turns()
        try expect(lock.isLocked(), "the second has it")
        try expectEqual(first.state(), .cancelled, "the first")
        try await second.value
    }

    static let lockReleasedUnlocked = Scenario.asyncio(
        "releasing an unlocked lock is an error", mirrors: "test_locks.LockTests.test_release_not_acquired"
    ) { loop, _ in
        let lock = Lock()
        let error = try require(refusal { try lock.release(on: loop) }, "an error")
        try expectEqual(error as? LockError, .notAcquired("Lock.release"), "the error")
        try expectEqual(
            "\(error)", "Lock.release: the lock is not acquired: call it inside withLock, or after acquire", "it says")
    }

    static let lockReleasedWithoutWaiters = Scenario.asyncio(
        "a lock that nobody waits for is unlocked by its release", mirrors: "test_locks.LockTests.test_release_no_waiters"
    ) { loop, _ in
        let lock = Lock()
        try await lock.acquire()
        try expect(lock.isLocked(), "locked")
        try lock.release()
        try expect(!lock.isLocked(), "unlocked")
    }

    static let lockScope = Scenario.asyncio(
        "a scope has the lock, and gives it back, by an error too", mirrors: "test_locks.LockTests.test_context_manager"
    ) { loop, _ in
        let lock = Lock()
        var wasLocked = false
        try await lock.withLock { wasLocked = lock.isLocked(on: loop) }
        try expect(wasLocked, "inside")
        try expect(!lock.isLocked(), "afterwards")
        let error = try await expectError("the scope") {
            try await lock.withLock { throw FutureError.invalidState("thrown inside") }
        }
        try expect(error is FutureError, "\(error)")
        try expect(!lock.isLocked(), "after an error")
    }
}

// MARK: Events

extension Conformance {
    static let eventDescribesItself = Scenario.asyncio(
        "an event says whether it is set, and how many wait", mirrors: "test_locks.EventTests.test_repr"
    ) { loop, _ in
        let event = Event()
        try expectEqual("\(event)", "<Event unset>", "new")
        let waiting = loop.createTask { try await event.wait() }
        try await loop.turns()
        try expectEqual("\(event)", "<Event unset waiters=1>", "with a waiter")
        event.set()
        try expectEqual("\(event)", "<Event set>", "set")
        try await waiting.value
    }

    /// The third starts when the event is set, and need not wait.
    static let eventWakesAll = Scenario.asyncio(
        "setting an event wakes all who wait, in order", mirrors: "test_locks.EventTests.test_wait"
    ) { loop, _ in
        let event = Event()
        let order = Box<[Int]>([])
        func waiter(_ number: Int) -> LoopTask<Void> {
            loop.createTask {
                try await event.wait()
                order.note(number)
            }
        }
        var tasks = [waiter(1), waiter(2)]
        try await loop.turns()
        try expectEqual(order.value, [], "before it is set")
        tasks.append(waiter(3))
        event.set()
        try await loop.turns()
        try expectEqual(order.value.filter { $0 < 3 }, [1, 2], "the order of those who waited")
        try expectEqual(order.value.count, 3, "who was woken")
        for task in tasks { try await task.value }
    }

    static let eventIsSet = Scenario.asyncio(
        "waiting for an event that is set does not suspend", mirrors: "test_locks.EventTests.test_wait_on_set"
    ) { loop, _ in
        let event = Event()
        let others = Box(0)
        event.set()
        loop.callSoon { others.value += 1 }
        try await event.wait()
        try expectEqual(others.value, 0, "what ran meanwhile")
        try await loop.turns()
    }

    static let eventWaitIsCancelled = Scenario.asyncio(
        "cancelling a wait for an event ends it", mirrors: "test_locks.EventTests.test_wait_cancel"
    ) { loop, _ in
        let event = Event()
        let task = loop.createTask { try await event.wait() }
        loop.callSoon { task.cancel() }
        try await expectCancelled("wait") { try await task.value }
        try expectEqual("\(event)", "<Event unset>", "the event")
    }

    static let eventIsCleared = Scenario.asyncio(
        "an event can be cleared", mirrors: "test_locks.EventTests.test_clear"
    ) { loop, _ in
        let event = Event()
        try expect(!event.isSet(), "new")
        event.set()
        try expect(event.isSet(), "set")
        event.clear()
        try expect(!event.isSet(), "cleared")
    }

    static let eventClearedWithWaiters = Scenario.asyncio(
        "a clear after the set stops nobody who waited", mirrors: "test_locks.EventTests.test_clear_with_waiters"
    ) { loop, _ in
        let event = Event()
        let order = Box<[Int]>([])
        let task = loop.createTask {
            try await event.wait()
            order.note(1)
        }
        try await loop.turns()
        event.set()
        event.clear()
        try expect(!event.isSet(), "cleared")
        event.set()
        event.set()
        try await loop.turns()
        try expectEqual(order.value, [1], "who waited")
        try expectEqual("\(event)", "<Event set>", "the event")
        try await task.value
    }
}
