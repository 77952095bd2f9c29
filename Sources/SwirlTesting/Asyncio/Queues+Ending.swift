import SwirlCore

extension Conformance {
    static let queueEnds = [
        taskDoneTooOften, joinWaitsForWork, joinOfNothing, unfinishedIsDescribed, shutdownIsDescribed, shutdownEmpty,
        shutdownWithItems, shutdownAtOnce, shutdownAtOnceWithUnfinished,
    ]

    /// One of each kind: CPython runs these cases for the three.
    private static func kinds(_ maxSize: Int = 0, on loop: isolated Loop) -> [Queue<Int>] {
        [Queue(maxSize: maxSize), LifoQueue(maxSize: maxSize), PriorityQueue(maxSize: maxSize)]
    }

    static let taskDoneTooOften = Scenario.asyncio(
        "more work done than there was is an error", mirrors: "test_queues.QueueJoinTests.test_task_done_underflow"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            let error = try require(refusal { try queue.taskDone(on: loop) }, "an error")
            try expectEqual(error as? QueueError, .doneTooOften, "the error of \(queue)")
        }
    }

    static let joinWaitsForWork = Scenario.asyncio(
        "joining a queue waits until all work is done", mirrors: "test_queues.QueueJoinTests.test_task_done"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            for number in 0..<100 { try queue.putNowait(number) }
            let (sum, running) = (Box(0), Box(true))
            let workers = (0..<2).map { _ in
                loop.createTask {
                    while running.value {
                        sum.value += try await queue.get()
                        try queue.taskDone()
                    }
                }
            }
            try await queue.join()
            try expectEqual(sum.value, 4950, "the sum of \(queue)")
            running.value = false
            for _ in workers { try queue.putNowait(0) }
            for worker in workers { try await worker.value }
        }
    }

    static let joinOfNothing = Scenario.asyncio(
        "joining a queue without work ends at once", mirrors: "test_queues.QueueJoinTests.test_join_empty_queue"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            let others = Box(0)
            loop.callSoon { others.value += 1 }
            try await queue.join()
            try await queue.join()
            try expectEqual(others.value, 0, "what ran meanwhile")
            try await loop.turns()
        }
    }

    static let unfinishedIsDescribed = Scenario.asyncio(
        "a queue says how much work is not done", mirrors: "test_queues.QueueJoinTests.test_format"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            try expect("\(queue)".hasSuffix("Queue maxsize=0>"), "\(queue)")
            for number in 0..<2 {
                try await queue.put(number)
                _ = try await queue.get()
            }
            try expect("\(queue)".hasSuffix("Queue maxsize=0 tasks=2>"), "\(queue)")
        }
    }

    // MARK: Shutting down

    /// Nothing can be put, nothing got.
    private static func expectShutDown(_ queue: Queue<Int>, _ loop: isolated Loop) async throws {
        let errors: [(any Error)?] = [
            try await expectError("put") { try await queue.put(1) },
            refusal { try queue.putNowait(1, on: loop) },
            try await expectError("get") { try await queue.get() },
            refusal { try queue.getNowait(on: loop) },
        ]
        try expectEqual(errors.map { $0 as? QueueError }, Array(repeating: .shutDown, count: 4), "the errors of \(queue)")
        try expect(queue.isShutDown(), "\(queue)")
    }

    static let shutdownIsDescribed = Scenario.asyncio(
        "a queue says that it is shut down", mirrors: "test_queues.QueueShutdownTests.test_format"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            queue.shutdown()
            try expect("\(queue)".hasSuffix("Queue maxsize=0 shutdown>"), "\(queue)")
        }
    }

    static let shutdownEmpty = Scenario.asyncio(
        "shutting an empty queue down ends who waits to get", mirrors: "test_queues.QueueShutdownTests.test_shutdown_empty"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            let getter = loop.createTask { try await queue.get() }
            try await loop.turns()
            queue.shutdown(immediate: false)
            try expectEqual(queue.count(), 0, "items")
            try await queue.join()
            try await loop.turns()
            let error = try require(try getter.error(), "an error")
            try expectEqual(error as? QueueError, .shutDown, "the getter")
            try await expectShutDown(queue, loop)
        }
    }

    static let shutdownWithItems = Scenario.asyncio(
        "a queue that is shut down gives what it has, and takes nothing",
        mirrors: "test_queues.QueueShutdownTests.test_shutdown_nonempty"
    ) { loop, _ in
        for queue in kinds(1, on: loop) {
            try queue.putNowait(1)
            let joining = loop.createTask { try await queue.join() }
            let putting = loop.createTask { try await queue.put(2) }
            try await loop.turns()
            try expect(!putting.isDone(), "put to a full queue")
            queue.shutdown(immediate: false)
            try expectEqual(queue.count(), 1, "items")
            try await loop.turns()
            let error = try require(try putting.error(), "an error")
            try expectEqual(error as? QueueError, .shutDown, "the putter")
            try expectEqual(try await queue.get(), 1, "the item")
            try await loop.turns()
            try expect(!joining.isDone(), "the item's work is not done")
            try await expectShutDown(queue, loop)
            try queue.taskDone()
            try await joining.value
            try expectEqual(refusal { try queue.taskDone(on: loop) } as? QueueError, .doneTooOften, "once too often")
        }
    }

    static let shutdownAtOnce = Scenario.asyncio(
        "shutting down at once drops the items, and their work", mirrors: "test_queues.QueueShutdownTests.test_shutdown_immediate"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            try queue.putNowait(1)
            let joining = loop.createTask { try await queue.join() }
            try await loop.turns()
            queue.shutdown(immediate: true)
            try expectEqual(queue.count(), 0, "items")
            try await joining.value
            try await expectShutDown(queue, loop)
            try expectEqual(refusal { try queue.taskDone(on: loop) } as? QueueError, .doneTooOften, "nothing is to do")
        }
    }

    static let shutdownAtOnceWithUnfinished = Scenario.asyncio(
        "shutting down at once leaves the work of what was got",
        mirrors: "test_queues.QueueShutdownTests.test_shutdown_immediate_with_unfinished"
    ) { loop, _ in
        for queue in kinds(on: loop) {
            try queue.putNowait(1)
            try queue.putNowait(1)
            let joining = loop.createTask { try await queue.join() }
            try expectEqual(try await queue.get(), 1, "the item")
            queue.shutdown(immediate: true)
            try expectEqual(queue.count(), 0, "items")
            try await loop.turns()
            try expect(!joining.isDone(), "one item's work is not done")
            try await expectShutDown(queue, loop)
            try queue.taskDone()
            try expectEqual(refusal { try queue.taskDone(on: loop) } as? QueueError, .doneTooOften, "once too often")
            try await joining.value
        }
    }
}
