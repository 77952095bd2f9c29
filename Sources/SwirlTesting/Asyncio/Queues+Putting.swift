import SwirlCore

extension Conformance {
    static let queuePuts = [
        putAtOnce, putWaits, putNowaitPuts, putNowaitRefuses, putEndsAtOnce, putCancelledBesideGet, putReachesGetter,
        puttersDoNotStarve, cancelledPutterIsGone, cancelledPutIsPutOnce, cancelledPutHasItsPlace,
    ]

    static let putAtOnce = Scenario.asyncio(
        "putting where there is room does not suspend", mirrors: "test_queues.QueuePutTests.test_blocking_put"
    ) { loop, _ in
        let queue = Queue<Int>()
        let others = Box(0)
        loop.callSoon { others.value += 1 }
        try await queue.put(1)
        try expectEqual(others.value, 0, "what ran meanwhile")
        try expectEqual(try await queue.get(), 1, "the item")
        try await loop.turns()
    }

    static let putWaits = Scenario.asyncio(
        "putting waits for room", mirrors: "test_queues.QueuePutTests.test_blocking_put_wait"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        let started = Event()
        let finished = Box(false)
        loop.callLater(.milliseconds(1)) { _ = try? queue.getNowait(on: loop) }
        let task = loop.createTask {
            started.set()
            try await queue.put(1)
            try await queue.put(2)
            finished.value = true
        }
        try await started.wait()
        try expect(!finished.value, "too early")
        try await task.value
        try expect(finished.value, "not finished")
        try expectEqual(try queue.getNowait(), 2, "the item")
    }

    static let putNowaitPuts = Scenario.asyncio(
        "putting without waiting puts where there is room", mirrors: "test_queues.QueuePutTests.test_nonblocking_put"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(1)
        try expectEqual(try queue.getNowait(), 1, "the item")
    }

    static let putNowaitRefuses = Scenario.asyncio(
        "putting to a full queue without waiting is an error",
        mirrors: "test_queues.QueuePutTests.test_nonblocking_put_exception"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(1)
        let error = try require(refusal { try queue.putNowait(2, on: loop) }, "an error")
        try expectEqual(error as? QueueError, .full, "the error")
        try expectEqual("\(error)", "the queue is full: await put() to wait for room", "what it says")
        try expectEqual(queue.count(), 1, "items")
    }

    static let putEndsAtOnce = Scenario.asyncio(
        "a put for a getter that waits ends at once", mirrors: "test_queues.QueuePutTests.test_put_cancelled"
    ) { loop, _ in
        let queue = Queue<Int>()
        let put = Box(false)
        let task = loop.createTask {
            try await queue.put(1)
            put.value = true
        }
        try expectEqual(try await queue.get(), 1, "the item")
        try expect(put.value, "the put has not ended")
        try await task.value
    }

    static let putCancelledBesideGet = Scenario.asyncio(
        "a put that is cancelled has not put its item", mirrors: "test_queues.QueuePutTests.test_put_cancelled_race"
    ) { loop, _ in
        let queue = Queue<String>(maxSize: 1)
        let tasks = ["a", "b", "cancelled"].map { item in loop.createTask { try await queue.put(item) } }
        try await loop.turns()
        try expectEqual(tasks.map { $0.isDone() }, [true, false, false], "done")
        tasks[2].cancel()
        try await loop.turns()
        try expectEqual(tasks[2].state(), .cancelled, "the third")
        try expectEqual(try queue.getNowait(), "a", "the first item")
        try await loop.turns()
        try expectEqual(try queue.getNowait(), "b", "the second item")
        try await tasks[1].value
        try expect(queue.isEmpty(), "empty")
    }

    static let putReachesGetter = Scenario.asyncio(
        "an item reaches the getter that waits", mirrors: "test_queues.QueuePutTests.test_put_with_waiting_getters"
    ) { loop, _ in
        let queue = Queue<String>()
        let task = loop.createTask { try await queue.get() }
        try await loop.turns()
        try await queue.put("a")
        try expectEqual(try await task.value, "a", "the item")
    }

    static let puttersDoNotStarve = Scenario.asyncio(
        "all who wait for room get it when several items go at once",
        mirrors: "test_queues.QueuePutTests.test_why_are_putters_waiting"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 2)
        let getter = loop.createTask {
            try await loop.turns()
            for _ in 0..<queue.count(on: loop) { _ = try queue.getNowait(on: loop) }
        }
        let putters = (0..<4).map { number in loop.createTask { try await queue.put(number) } }
        try await getter.value
        for putter in putters { try await putter.value }
        try expectEqual(queue.count(), 2, "items")
    }

    static let cancelledPutterIsGone = Scenario.asyncio(
        "a putter that is cancelled is not in line any more",
        mirrors: "test_queues.QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(1)
        let task = loop.createTask { try await queue.put(1) }
        try await loop.turns()
        try expectEqual("\(queue)", "<Queue maxsize=1 size=1 putters=1 tasks=1>", "with a putter")
        task.cancel()
        try await expectCancelled("put") { try await task.value }
        try expectEqual("\(queue)", "<Queue maxsize=1 size=1 tasks=1>", "without")
    }

    static let cancelledPutIsPutOnce = Scenario.asyncio(
        "a put that is cancelled when it got its place is put once", mirrors: "test_queues.QueuePutTests.test_put_cancel_drop"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(1)
        let writer = loop.createTask { try await queue.put(2) }
        try await loop.turns()
        try expectEqual(try queue.getNowait(), 1, "the first")
        writer.cancel()
        do { try await writer.value } catch is CancellationError { try await queue.put(2) }
        try expectEqual(try queue.getNowait(), 2, "the second")
        try expectEqual(queue.count(), 0, "items")
    }

    /// asyncio throws here, because the cancel comes before the task runs; a result that was there wins (D3).
    static let cancelledPutHasItsPlace = Scenario.asyncio(
        "a put that was given its place before it is cancelled puts its item", "D3",
        differsFrom: "test_queues.QueuePutTests.test_cancelled_put_silence_value_error_exception"
    ) { loop, _ in
        let queue = Queue<Int>(maxSize: 1)
        try queue.putNowait(1)
        let (put, later) = (Box(false), Box<[String]>([]))
        let task = loop.createTask {
            try await queue.put(2)
            put.value = true
            do { try await queue.put(3) } catch { later.note("\(type(of: error))") }
        }
        try await loop.turns()
        _ = try queue.getNowait()
        task.cancel()
        try await task.value
        try expect(put.value, "not put")
        try expectEqual(later.value, ["CancellationError"], "the next put")
        try expectEqual([try queue.getNowait()], [2], "the item")
        try expect(queue.isEmpty(), "empty")
    }
}
