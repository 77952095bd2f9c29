import SwirlCore

extension Conformance {
    static let completing = [
        completedInOrder, completedSame, completedTimeout, completedUnusedTimeout, completedResumed, completedConcurrently,
        completedDuplicates, completedClosures, completedCancelled, completedAbandoned, completedByMany,
    ]

    private static let completedInOrder = Scenario.asyncio(
        "asCompleted gives futures in the order in which they end", mirrors: "test_tasks.BaseTaskTests.test_as_completed"
    ) { loop, _ in
        let futures = ["a", "b", "c"].map { _ in loop.createFuture(of: String.self) }
        for (turn, index) in [1, 0, 2].enumerated() {
            loop.callLater(.microseconds(300 * turn)) { try? futures[index].setResult("abc".map(String.init)[index]) }
        }
        var results: [String] = []
        for try await future in try asCompleted(futures) { results.append(try future.result()) }
        try expectEqual(results, ["b", "a", "c"], "the order")
    }

    private static let completedSame = Scenario.asyncio(
        "asCompleted gives the futures themselves, done or failed or cancelled",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_same_tasks_in_as_out"
    ) { loop, _ in
        let done = loop.createTask { 1 }
        let failed = loop.createTask { () -> Int in throw Wrong() }
        let cancelled = loop.createTask { () -> Int in 2 }
        cancelled.cancel()
        var found: Set<LoopTask<Int>> = []
        for try await task in try asCompleted([done, failed, cancelled]) {
            try expect(task.isDone(), "\(task)")
            found.insert(task)
        }
        try expectEqual(found, [done, failed, cancelled], "the tasks")
        _ = try failed.error()
    }

    private static let completedTimeout = Scenario.asyncio(
        "asCompleted throws once when the time is up, and cancels nothing",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_with_timeout"
    ) { loop, _ in
        let (first, second) = (Future<Int>(), Future<Int>())
        try first.setResult(1)
        let sequence = try asCompleted([first, second], timeout: .milliseconds(1))
        var found: [Int] = []
        do {
            for try await future in sequence { found.append(try future.result()) }
            throw ScenarioFailure("no timeout")
        } catch let error as TimeoutError {
            try expectEqual(error.operation, "asCompleted", "the operation")
        }
        try expectEqual(found, [1], "what came before")
        for try await _ in sequence { throw ScenarioFailure("it goes on") }
        try expect(!second.isDone(), "\(second)")
    }

    private static let completedUnusedTimeout = Scenario.asyncio(
        "a timeout that asCompleted does not need leaves nothing",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout"
    ) { loop, _ in
        let tasks = [loop.createTask { "a" }]
        for try await task in try asCompleted(tasks, timeout: .seconds(1000)) { try expectEqual(try task.result(), "a", "it") }
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let completedResumed = Scenario.asyncio(
        "asCompleted can be broken off and taken up again",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_resume_iterator"
    ) { loop, _ in
        let sequence = try asCompleted((0..<4).map { number in loop.createTask { number } })
        var found: [Int] = []
        for try await task in sequence {
            found.append(try task.result())
            if found.count == 2 { break }
        }
        try expectEqual(found.count, 2, "before the break")
        for try await task in sequence { found.append(try task.result()) }
        try expectEqual(found.sorted(), [0, 1, 2, 3], "all")
    }

    private static let completedConcurrently = Scenario.asyncio(
        "what asCompleted gave can be awaited afterwards",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_concurrent"
    ) { loop, _ in
        var futures: [LoopTask<String>] = []
        for try await task in try asCompleted(["a", "b"].map { text in loop.createTask { text } }) { futures.append(task) }
        let (done, pending) = try await wait(futures)
        try expectEqual(Set(try done.map { try $0.result() }), ["a", "b"], "the results")
        try expect(pending.isEmpty, "\(pending)")
    }

    private static let completedDuplicates = Scenario.asyncio(
        "asCompleted gives each future once",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_duplicate_coroutines"
    ) { loop, _ in
        let (ham, spam) = (loop.createTask { "ham" }, loop.createTask { "spam" })
        var found: [String] = []
        for try await task in try asCompleted([ham, ham, spam]) { found.append(try task.result()) }
        try expectEqual(found.sorted(), ["ham", "spam"], "the results")
    }

    private static let completedClosures = Scenario.asyncio(
        "asCompleted makes tasks of closures",
        mirrors: "test_tasks.BaseTaskTests.test_as_completed_coroutine_use_running_loop"
    ) { loop, _ in
        let bodies: [@Sendable (isolated Loop) async throws -> Int] = [{ _ in 42 }]
        for try await task in try asCompleted(bodies) { try expectEqual(try task.result(), 42, "the result") }
        let none: [@Sendable (isolated Loop) async throws -> Int] = []
        for try await _ in try asCompleted(none) { throw ScenarioFailure("one of none") }
    }

    private static let completedCancelled = Scenario.loop("cancelling who takes from asCompleted cancels no future", "S13") {
        loop, _ in
        let future = Future<Int>()
        let task = loop.createTask {
            for try await _ in try asCompleted([future]) {}
        }
        try await loop.turns(3)
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(!future.isDone(), "\(future)")
    }

    private static let completedAbandoned = Scenario.loop("an iteration that was broken off leaves nothing in its futures", "S13")
    {
        loop, _ in
        let (first, second) = (Future<Int>(), Future<Int>())
        try first.setResult(1)
        for _ in 0..<20 {
            for try await _ in try asCompleted([first, second]) { break }
        }
        try expectEqual("\(second)", "<Future pending>", "its description")
        weak var gone: AnyFuture?
        do {
            let done = loop.createFuture(of: Int.self)
            gone = done
            try done.setResult(1)
            for try await _ in try asCompleted([done, second]) { break }
        }
        try await loop.turns(2)
        try expect(gone == nil, "a future that is done is still held")
    }

    private static let completedByMany = Scenario.loop("several tasks take from one asCompleted", "S13") { loop, _ in
        let futures = (0..<30).map { _ in loop.createFuture(of: Int.self) }
        let sequence = try asCompleted(futures)
        let found = Box<[Int]>([])
        let takers = (0..<4).map { _ in
            loop.createTask { for try await future in sequence { found.value.append(try future.result()) } }
        }
        for (index, future) in futures.enumerated() {
            try future.setResult(index)
            if index % 3 == 0 { try await loop.turns(1) }
        }
        for taker in takers { try await taker.value }
        try expectEqual(found.value.sorted(), Array(0..<30), "each once")
    }
}
