import SwirlCore

/// What the primitives promise beyond asyncio's cases: where they can be used, who is served, what a close does.
extension Conformance {
    static let primitives = [
        nobodyGetsBetween, givenItemIsTaken, newcomersGetLaterItems, equalPrioritiesInOrder, scopeKeepsIsolation,
        scopeNoticesRelease, childTasksUsePrimitives, unstructuredTasksUsePrimitives, otherThreadsAreRefused,
        cancelledTasksAreRefused, waitLinesStayShort, straightItemFreesPlace, shutdownTakesGivenItem,
        shutdownTakesGivenPlace, closeEndsWaits, closeEndsForeignWaits,
        closeEndsRelocking,
    ]

    static let nobodyGetsBetween = Scenario.loop("who releases a lock and asks again does not get it before those who wait", "") {
        loop, _ in
        let lock = Lock()
        let order = Box<[Int]>([])
        try await lock.acquire()
        let waiting = loop.createTask {
            try await lock.acquire()
            order.note(1)
            try lock.release(on: loop)
        }
        try await loop.turns()
        try lock.release()
        try expect(lock.isLocked(), "it is the waiter's, who has not run")
        try await lock.acquire()
        order.note(2)
        try lock.release()
        try await waiting.value
        try expectEqual(order.value, [1, 2], "the order")
    }

    static let givenItemIsTaken = Scenario.loop("an item put for a waiting getter is nobody else's", "") { loop, _ in
        for queue in [Queue<Int>(maxSize: 1), LifoQueue(maxSize: 1), PriorityQueue(maxSize: 1)] {
            let getter = loop.createTask { try await queue.get() }
            try await loop.turns()
            try queue.putNowait(1)
            try expectEqual(queue.count(), 0, "items of \(queue)")
            try expectEqual(refusal { try queue.getNowait(on: loop) } as? QueueError, .empty, "getting from \(queue)")
            try queue.putNowait(2)
            try expect(queue.isFull(), "\(queue)")
            let both = [try await getter.value, try await queue.get()]
            try expectEqual(both.sorted(), [1, 2], "the items of \(queue)")
        }
    }

    static let newcomersGetLaterItems = Scenario.loop("a getter that waited gets the older item", "") { loop, _ in
        let queue = Queue<Int>()
        let getters = (0..<2).map { _ in loop.createTask { try await queue.get() } }
        try await loop.turns()
        for number in 0..<4 { try queue.putNowait(number) }
        try expectEqual([try queue.getNowait(), try await queue.get()], [2, 3], "what newcomers get")
        try expectEqual([try await getters[0].value, try await getters[1].value], [0, 1], "what those who waited get")
    }

    /// The putter's item goes to who waits for one, so its place is free again: for the next putter, before others look.
    static let straightItemFreesPlace = Scenario.loop("a place whose item goes straight on is the next putter's", "") { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(0)
        let putters = (1...3).map { number in loop.createTask { try await queue.put(number) } }
        try await loop.turns()
        let wasFull = Box(false)
        try expectEqual(try queue.getNowait(), 0, "the first item")
        loop.callSoon { wasFull.value = queue.isFull(on: loop) }
        try expectEqual(try await queue.get(), 1, "the item of the putter that has the place, and has not run")
        try expect(wasFull.value, "the place was nobody's")
        try await loop.turns()
        try expectEqual("\(queue)", "<Queue maxsize=1 size=1 putters=1 tasks=3>", "the queue")
        try expectEqual([try await queue.get(), try await queue.get()], [2, 3], "the others")
        for putter in putters { try await putter.value }
    }

    static let shutdownTakesGivenItem = Scenario.loop("a shutdown at once drops an item that its getter has not fetched", "") {
        loop, _ in
        for queue in [Queue<Int>(), LifoQueue(), PriorityQueue()] {
            let getter = loop.createTask { try await queue.get() }
            try await loop.turns()
            try queue.putNowait(1)
            queue.shutdown(immediate: true)
            try await queue.join()
            let error = try await expectError("get") { try await getter.value }
            try expectEqual(error as? QueueError, .shutDown, "\(error)")
            try expectEqual(refusal { try queue.taskDone(on: loop) } as? QueueError, .doneTooOften, "its work")
        }
    }

    static let shutdownTakesGivenPlace = Scenario.loop("a shutdown refuses who has a place and has not put", "") { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(1)
        let putter = loop.createTask { try await queue.put(2) }
        try await loop.turns()
        try expectEqual(try queue.getNowait(), 1, "the item")
        queue.shutdown()
        let error = try await expectError("put") { try await putter.value }
        try expectEqual(error as? QueueError, .shutDown, "\(error)")
        try expectEqual("\(queue)", "<Queue maxsize=1 tasks=1 shutdown>", "the queue")
    }

    static let equalPrioritiesInOrder = Scenario.loop("items of equal priority come in the order in which they were put", "") {
        loop, _ in
        var generator = Generator(seed: 9)
        let items = (0..<500).map { [Int(generator.next() % 7), $0] }
        let queue = PriorityQueue<[Int]> { $0[0] < $1[0] }
        var (found, left) = ([[Int]](), items[...])
        while found.count < items.count {
            if let item = left.popFirst() { try queue.putNowait(item) }
            if generator.next() % 3 == 0 || left.isEmpty { found.append(try queue.getNowait()) }
        }
        for (a, b) in zip(found, found.dropFirst()) where a[0] == b[0] {
            try expect(a[1] < b[1], "\(a) before \(b)")
        }
        try expectEqual(found.sorted { $0[1] < $1[1] }, items, "all of them")
        let highestFirst = PriorityQueue<Int>(by: >)
        for number in items.map({ $0[0] }) { try highestFirst.putNowait(number) }
        var numbers: [Int] = []
        while !highestFirst.isEmpty() { numbers.append(try highestFirst.getNowait()) }
        try expectEqual(numbers, items.map { $0[0] }.sorted(by: >), "by another order")
    }

    private final class NotSendable {
        var count = 0
    }

    static let scopeKeepsIsolation = Scenario.loop("a scope sees and changes what its caller can", "") { loop, _ in
        let (lock, semaphore, shared) = (Lock(), Semaphore(), NotSendable())
        var count = 0
        let result = try await lock.withLock {
            try await semaphore.withPermit {
                count += 1
                shared.count += 1
                await Task.yield()
                count += 1
                return NotSendable()
            }
        }
        try await lock.withLock {
            loop.preconditionIsolated()
            count += 1
            shared.count += 1
        }
        try expectEqual([count, shared.count, result.count], [3, 2, 0], "the counts")
    }

    static let scopeNoticesRelease = Scenario.loop("a scope whose body released the lock says so", "") { loop, _ in
        let lock = Lock()
        let error = try await expectError("the scope") { try await lock.withLock { try lock.release(on: loop) } }
        try expectEqual(error as? LockError, .notAcquired("Lock.withLock"), "\(error)")
        let semaphore = BoundedSemaphore(3)
        let second = try await expectError("the scope") { try await semaphore.withPermit { try semaphore.release(on: loop) } }
        try expectEqual(second as? SemaphoreError, .releasedTooOften(bound: 3), "\(second)")
    }

    static let childTasksUsePrimitives = Scenario.loop("child tasks of a loop use its primitives", "") { loop, _ in
        let (lock, queue, count) = (Lock(), Queue<Int>(maxSize: 3), Box(0))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await lock.withLock {
                        let before = count.value
                        await Task.yield()
                        count.value = before + 1
                    }
                    try await queue.put(number)
                    return 0
                }
                group.addTask {
                    let number = try await queue.get()
                    try await queue.taskDone(on: loop)
                    return number
                }
            }
            var sum = 0
            while let number = try await group.next() { sum += number }
            try expectEqual(sum, 1225, "the sum")
        }
        try await queue.join()
        try expectEqual(count.value, 50, "the count")
    }

    /// Made by `Task { }`: isolated to the loop, whose name they use, but not tasks of its own.
    static let unstructuredTasksUsePrimitives = Scenario.loop("tasks that a loop did not make use its primitives", "") {
        loop, _ in
        let (lock, count) = (Lock(), Box(0))
        let tasks = (0..<20).map { _ in
            Task {
                try await lock.withLock {
                    let before = count.value
                    await Task.yield()
                    loop.preconditionIsolated()
                    count.value = before + 1
                }
            }
        }
        for task in tasks.suffix(5) { task.cancel() }
        var cancelled = 0
        for task in tasks {
            do { try await task.value } catch is CancellationError { cancelled += 1 }
        }
        try expectEqual([count.value, cancelled], [15, 5], "the count, and who was cancelled")
    }

    static let otherThreadsAreRefused = Scenario.loop("a primitive used off its loop is an error, not a hang", "") { loop, _ in
        let (lock, event, semaphore) = (Lock(), Event(), Semaphore())
        let (barrier, queue) = (Barrier(parties: 1), Queue<Int>())
        let errors = await Task.detached { () -> [String] in
            var errors: [String] = []
            func note(_ body: () async throws -> Void) async {
                do { try await body() } catch { errors.append((error as? WrongLoopError)?.operation ?? "\(error)") }
            }
            await note { try await lock.acquire() }
            await note { try await event.wait() }
            await note { try await semaphore.acquire() }
            await note { try await barrier.wait() }
            await note { try await queue.put(1) }
            await note { _ = try await queue.get() }
            await note { try await queue.join() }
            errors += ["\(lock)", "\(event)", "\(semaphore)", "\(barrier)", "\(queue)"]
            return errors
        }.value
        let wanted = [
            "Lock.acquire", "Event.wait", "Semaphore.acquire", "Barrier.wait", "Queue.put", "Queue.get", "Queue.join", "<Lock>",
            "<Event>", "<Semaphore>", "<Barrier>", "<Queue>",
        ]
        try expectEqual(errors, wanted, "the errors, the descriptions")
        try expectEqual([lock.isLocked(), queue.isEmpty()], [false, true], "locked, empty")
    }

    /// However much there is to take.
    static let cancelledTasksAreRefused = Scenario.loop("a cancelled task's next wait throws, also where it need not wait", "") {
        loop, _ in
        let (lock, event, semaphore) = (Lock(), Event(), Semaphore())
        let (barrier, queue) = (Barrier(parties: 1), Queue<Int>())
        event.set()
        try queue.putNowait(1)
        let errors = Box(0)
        let task = loop.createTask { (loop: isolated Loop) in
            func note(_ body: () async throws -> Void) async {
                do { try await body() } catch { errors.value += error is CancellationError ? 1 : 100 }
            }
            do { try await loop.sleep(for: .seconds(100)) } catch {}
            await note { try await lock.acquire() }
            await note { try await event.wait() }
            await note { try await semaphore.acquire() }
            await note { try await barrier.wait() }
            await note { try await queue.put(1) }
            await note { _ = try await queue.get() }
            await note { try await queue.join() }
        }
        try await loop.turns()
        task.cancel()
        try await task.value
        try expectEqual(errors.value, 7, "the errors")
        try expectEqual(["\(lock)", "\(queue)"], ["<Lock unlocked>", "<Queue maxsize=0 size=1 tasks=1>"], "what is left")
    }

    static let waitLinesStayShort = Scenario.loop("waits that are cancelled leave nothing behind a long one", "") { loop, _ in
        let queue = Queue<Int>()
        let first = loop.createTask { try await queue.get() }
        try await loop.turns()
        for _ in 0..<50 {
            let tasks = (0..<20).map { _ in loop.createTask { try await queue.get() } }
            try await loop.turns()
            for task in tasks { task.cancel() }
            for task in tasks { _ = try? await task.value }
        }
        try expectEqual("\(queue)", "<Queue maxsize=0 getters=1>", "the queue")
        try expectEqual(loop.operationCount, 1, "waits: the first getter's")
        try queue.putNowait(7)
        try expectEqual(try await first.value, 7, "the item")
    }
}
