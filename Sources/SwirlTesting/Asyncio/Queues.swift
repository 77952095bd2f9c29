import SwirlCore

extension Conformance {
    static let queues = queueBasics + queueGets + queuePuts + queueEnds

    static let queueBasics = [
        queueDescribesItself, queueIsEmpty, queueIsFull, queueOrder, queueHoldsBack, lifoOrder, priorityOrder,
    ]
    static let queueGets = [
        getAtOnce, getGivesPlace, getWaits, getNowaitGets, getNowaitRefuses, getCancelledBesidePut, getWithWaitingPutters,
        gettersDoNotStarve, cancelledGetterIsGone, cancelledGetKeepsItem, cancelledGetsKeepItems,
    ]

    static let queueDescribesItself = Scenario.asyncio(
        "a queue says how much it holds, and who waits", mirrors: "test_queues.QueueBasicTests.test_str"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try expectEqual("\(queue)", "<Queue maxsize=1>", "new")
        let getter = loop.createTask { try await queue.get() }
        try await loop.turns()
        try expectEqual("\(queue)", "<Queue maxsize=1 getters=1>", "with a getter")
        try queue.putNowait(0)
        try expectEqual("\(queue)", "<Queue maxsize=1 tasks=1>", "the item is the getter's")
        try expectEqual(try await getter.value, 0, "the item")
        try queue.putNowait(1)
        let putter = loop.createTask { try await queue.put(2) }
        try await loop.turns()
        try expectEqual("\(queue)", "<Queue maxsize=1 size=1 putters=1 tasks=2>", "with a putter")
        try expectEqual(try queue.getNowait(), 1, "the next item")
        try await putter.value
        try expectEqual("\(queue)", "<Queue maxsize=1 size=1 tasks=3>", "afterwards")
    }

    static let queueIsEmpty = Scenario.asyncio(
        "a queue is empty until something is put, and when it is got", mirrors: "test_queues.QueueBasicTests.test_empty"
    ) { loop, _ in
        let queue = Queue<Int>()
        try expect(queue.isEmpty(), "new")
        try await queue.put(1)
        try expect(!queue.isEmpty(), "with an item")
        try expectEqual(try await queue.get(), 1, "the item")
        try expect(queue.isEmpty(), "afterwards")
    }

    static let queueIsFull = Scenario.asyncio(
        "a queue is full at its size, without one never", mirrors: "test_queues.QueueBasicTests.test_full"
    ) { loop, _ in
        let unbounded = Queue<Int>()
        for number in 0..<1000 { try await unbounded.put(number) }
        try expect(!unbounded.isFull(), "without a size")
        let queue = Queue<Int>(maxSize: 1)
        try expect(!queue.isFull(), "empty")
        try await queue.put(1)
        try expect(queue.isFull(), "at its size")
        try expect(!Queue<Int>(maxSize: -1).isFull(), "a negative size is none")
    }

    static let queueOrder = Scenario.asyncio(
        "a queue gives items in their order", mirrors: "test_queues.QueueBasicTests.test_order"
    ) { loop, _ in
        let queue = Queue<Int>()
        for number in [1, 3, 2] { try await queue.put(number) }
        try expectEqual([try await queue.get(), try await queue.get(), try await queue.get()], [1, 3, 2], "the order")
    }

    static let queueHoldsBack = Scenario.asyncio(
        "a full queue holds who puts back until something is got", mirrors: "test_queues.QueueBasicTests.test_maxsize"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 2)
        try expectEqual(queue.maxSize, 2, "the size")
        let put = Box<[Int]>([])
        let task = loop.createTask {
            for number in 0..<3 {
                try await queue.put(number)
                put.note(number)
            }
        }
        try await loop.turns()
        try expectEqual(put.value, [0, 1], "put")
        try expectEqual(try await queue.get(), 0, "the first")
        try await loop.turns()
        try expectEqual(put.value, [0, 1, 2], "put, with room")
        try expectEqual([try await queue.get(), try await queue.get()], [1, 2], "the others")
        try expect(task.isDone(), "the task")
    }

    static let lifoOrder = Scenario.asyncio(
        "a last-in-first-out queue gives the newest first", mirrors: "test_queues.LifoQueueTests.test_order"
    ) { loop, _ in
        let queue = LifoQueue<Int>()
        for number in [1, 3, 2] { try await queue.put(number) }
        try expectEqual([try await queue.get(), try await queue.get(), try await queue.get()], [2, 3, 1], "the order")
        try expectEqual("\(queue)", "<LifoQueue maxsize=0 tasks=3>", "its description")
    }

    static let priorityOrder = Scenario.asyncio(
        "a priority queue gives the least first", mirrors: "test_queues.PriorityQueueTests.test_order"
    ) { loop, _ in
        let queue = PriorityQueue<Int>()
        for number in [1, 3, 2] { try await queue.put(number) }
        try expectEqual([try await queue.get(), try await queue.get(), try await queue.get()], [1, 2, 3], "the order")
        try expectEqual("\(queue)", "<PriorityQueue maxsize=0 tasks=3>", "its description")
    }

    // MARK: Getting

    static let getAtOnce = Scenario.asyncio(
        "getting what is there does not suspend", mirrors: "test_queues.QueueGetTests.test_blocking_get"
    ) { loop, _ in
        let queue = Queue<Int>()
        let others = Box(0)
        try queue.putNowait(1)
        loop.callSoon { others.value += 1 }
        try expectEqual(try await queue.get(), 1, "the item")
        try expectEqual(others.value, 0, "what ran meanwhile")
        try await loop.turns()
    }

    static let getGivesPlace = Scenario.asyncio(
        "getting wakes who waits for room", mirrors: "test_queues.QueueGetTests.test_get_with_putters"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try await queue.put(1)
        let putter = loop.createTask { try await queue.put(2) }
        try await loop.turns()
        try expectEqual(try await queue.get(), 1, "the item")
        try expect(queue.isFull(), "the place is the putter's")
        try await loop.turns()
        try expectEqual(putter.state(), .finished, "the putter")
        try expectEqual(try await queue.get(), 2, "its item")
    }

    static let getWaits = Scenario.asyncio(
        "getting waits for an item", mirrors: "test_queues.QueueGetTests.test_blocking_get_wait"
    ) { loop, _ in
        let queue = Queue<Int>()
        let started = Event()
        let finished = Box(false)
        let task = loop.createTask {
            started.set()
            let item = try await queue.get()
            finished.value = true
            return item
        }
        try await started.wait()
        try expect(!finished.value, "too early")
        loop.callLater(.milliseconds(1)) { try? queue.putNowait(1, on: loop) }
        try expectEqual(try await task.value, 1, "the item")
        try expect(finished.value, "not finished")
    }

    static let getNowaitGets = Scenario.asyncio(
        "getting without waiting gives what is there", mirrors: "test_queues.QueueGetTests.test_nonblocking_get"
    ) { loop, _ in
        let queue = Queue<Int>()
        try queue.putNowait(1)
        try expectEqual(try queue.getNowait(), 1, "the item")
    }

    static let getNowaitRefuses = Scenario.asyncio(
        "getting from an empty queue without waiting is an error",
        mirrors: "test_queues.QueueGetTests.test_nonblocking_get_exception"
    ) { loop, _ in
        let queue = Queue<Int>()
        let error = try require(refusal { try queue.getNowait(on: loop) }, "an error")
        try expectEqual(error as? QueueError, .empty, "the error")
        try expectEqual("\(error)", "the queue is empty: await get() to wait for an item", "what it says")
    }

    static let getCancelledBesidePut = Scenario.asyncio(
        "an item goes to the second getter when the first was cancelled",
        mirrors: "test_queues.QueueGetTests.test_get_cancelled_race"
    ) { loop, _ in
        let queue = Queue<String>()
        let tasks = (0..<2).map { _ in loop.createTask { try await queue.get() } }
        try await loop.turns()
        tasks[0].cancel()
        try await loop.turns()
        try expectEqual(tasks[0].state(), .cancelled, "the first")
        try await queue.put("a")
        try await loop.turns()
        try expectEqual(try await tasks[1].value, "a", "the second")
    }

    static let getWithWaitingPutters = Scenario.asyncio(
        "items of waiting putters come in their order", mirrors: "test_queues.QueueGetTests.test_get_with_waiting_putters"
    ) { loop, _ in
        let queue = Queue<String>(maxSize: 1)
        let tasks = ["a", "b", "c"].map { item in loop.createTask { try await queue.put(item) } }
        try expectEqual([try await queue.get(), try await queue.get(), try await queue.get()], ["a", "b", "c"], "the items")
        for task in tasks { try await task.value }
    }

    static let gettersDoNotStarve = Scenario.asyncio(
        "a producer and a consumer come to an end through one place",
        mirrors: "test_queues.QueueGetTests.test_why_are_getters_waiting"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        let found = Box<[Int]>([])
        let producer = loop.createTask { for number in 0..<5 { try await queue.put(number) } }
        let consumer = loop.createTask { for _ in 0..<5 { found.note(try await queue.get()) } }
        try await producer.value
        try await consumer.value
        try expectEqual(found.value, [0, 1, 2, 3, 4], "the items")
    }

    static let cancelledGetterIsGone = Scenario.asyncio(
        "a getter that is cancelled is not in line any more",
        mirrors: "test_queues.QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 5)
        let task = loop.createTask { try await queue.get() }
        loop.callLater(.milliseconds(1)) { task.cancel() }
        try await expectCancelled("get") { try await task.value }
        try expectEqual("\(queue)", "<Queue maxsize=5>", "the queue")
    }

    static let cancelledGetKeepsItem = Scenario.asyncio(
        "an item put for a getter that is cancelled then is not lost",
        mirrors: "test_queues.QueuePutTests.test_get_cancel_drop_one_pending_reader"
    ) { loop, _ in
        let queue = Queue<Int>()
        let reader = loop.createTask { try await queue.get() }
        try await loop.turns()
        try queue.putNowait(1)
        try queue.putNowait(2)
        reader.cancel()
        let first = if let item = try? await reader.value { item } else { try await queue.get() }
        try expectEqual([first, try await queue.get()], [1, 2], "the items")
    }

    static let cancelledGetsKeepItems = Scenario.asyncio(
        "items put for getters of which one is cancelled then reach others",
        mirrors: "test_queues.QueuePutTests.test_get_cancel_drop_many_pending_readers"
    ) { loop, _ in
        let queue = Queue<Int>()
        let readers = (0..<3).map { _ in loop.createTask { try await queue.get() } }
        try await loop.turns()
        readers[0].cancel()
        try queue.putNowait(1)
        try queue.putNowait(2)
        try await expectCancelled("the first") { try await readers[0].value }
        try expectEqual([try await readers[1].value, try await readers[2].value], [1, 2], "the items")
    }
}
