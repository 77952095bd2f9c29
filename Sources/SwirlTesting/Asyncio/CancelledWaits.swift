import SwirlCore

extension Conformance {
    /// Cancelling a task cancels what it waits for.
    static let cancelledWaits = [
        passedToFuture, passedToTask, passedToNext, waiterFuture, innerIgnores, innerReturns, passedThroughGroup,
        passedThroughManyTasks, chainOfCallbacks, sharedFuture, cancelledBeforeItAwaits,
    ]

    private static let passedToFuture = Scenario.asyncio(
        "cancelling a task cancels the future that it waits for",
        mirrors: "test_tasks.BaseTaskTests.test_yield_future_passes_cancel"
    ) { loop, _ in
        let waiter = Future<Int>()
        let proof = Box(0)
        let inner: @Sendable (isolated Loop) async throws -> Void = { _ in
            do { _ = try await waiter.value } catch {
                proof.value += 1
                throw error
            }
        }
        let outer = loop.createTask {
            do { try await inner(loop) } catch is CancellationError { proof.value += 100 }
        }
        try await loop.turns(3)
        outer.cancel()
        try await outer.value
        try expectEqual(proof.value, 101, "who was cancelled")
        try expect(waiter.isCancelled(), "\(waiter)")
    }

    private static let waiterFuture = Scenario.asyncio(
        "the future that a cancelled task waits for is cancelled at once",
        mirrors: "test_tasks.BaseTaskTests.test_task_cancel_waiter_future"
    ) { loop, _ in
        let future = Future<Int>()
        let task = loop.createTask { try await future.value }
        try await loop.turns(3)
        task.cancel()
        try expect(future.isCancelled(), "\(future)")
        try expect(!task.isDone(), "the task ended inline")
        try await expectCancelled("the task") { try await task.value }
    }

    private static let passedToTask = Scenario.loop("cancelling a task cancels the task that it waits for, and sees it end", "S6")
    {
        loop, _ in
        let order = Box<[String]>([])
        let inner = loop.createTask {
            defer { order.value.append("inner ended") }
            do { try await loop.sleep(for: .seconds(100)) } catch {
                try await shield { try await loop.sleep(for: .milliseconds(1)) }
                throw error
            }
        }
        let outer = loop.createTask {
            defer { order.value.append("outer ended") }
            try await inner.value
        }
        try await loop.turns(4)
        outer.cancel()
        try await expectCancelled("the outer") { try await outer.value }
        try expect(inner.isCancelled(), "\(inner)")
        try expectEqual(order.value, ["inner ended", "outer ended"], "the order")
    }

    private static let passedToNext = Scenario.asyncio(
        "a task that cancels itself cancels the task that it awaits next",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_awaited_task"
    ) { loop, _ in
        let future = Future<Int>()
        let nested = loop.createTask { try await future.value }
        let task = loop.createTask {
            try await loop.sleep(for: .zero)
            LoopTask.current?.cancel()
            return try await nested.value
        }
        try await expectCancelled("the task") { try await task.value }
        try expect(task.isCancelled() && nested.isCancelled() && future.isCancelled(), "\(task) \(nested) \(future)")
    }

    private static let innerIgnores = Scenario.loop(
        "a task that waits for one which returns after its cancellation gets the result", "D3"
    ) {
        loop, _ in
        let inner = loop.createTask { () -> Int in
            try? await loop.sleep(for: .seconds(100))
            return 42
        }
        let outer = loop.createTask { try await inner.value }
        try await loop.turns(4)
        outer.cancel()
        try expectEqual(try await outer.value, 42, "the result")
    }

    private static let innerReturns = Scenario.loop(
        "a future that is done before the cancellation is not lost", "D3 S11"
    ) { loop, _ in
        let future = Future<Int>()
        let task = loop.createTask { try await future.value + 1 }
        try await loop.turns(3)
        try future.setResult(41)
        task.cancel()
        try expect(task.isCancelling(), "\(task)")
        try expectEqual(try await task.value, 42, "its result")
    }

    private static let passedThroughGroup = Scenario.loop(
        "a cancelled group cancels the futures that its children wait for", "S13"
    ) {
        loop, _ in
        let futures = (0..<5).map { _ in loop.createFuture(of: Int.self) }
        let task = loop.createTask {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for future in futures { group.addTask { try await future.value } }
                return try await group.reduce(0, +)
            }
        }
        try await loop.until { loop.operationCount == 5 }
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(futures.allSatisfy { $0.isCancelled() }, "\(futures)")
    }

    /// Deeper than a stack of calls could be.
    private static let passedThroughManyTasks = Scenario.loop("a cancellation goes down a long line of tasks", "S6 FUT-03") {
        loop, _ in
        let future = Future<Int>()
        let count = 20_000
        var tasks = [loop.createTask { try await future.value }]
        for index in 0..<count {
            let previous = tasks[index]
            tasks.append(loop.createTask { try await previous.value })
        }
        try await loop.until { loop.operationCount == count + 1 }
        let last = tasks[count]
        last.cancel()
        try expect(future.isCancelled(), "\(future)")
        try await expectCancelled("the last") { try await last.value }
        try expect(tasks.allSatisfy { $0.isCancelled() }, "one is not cancelled")
    }

    private static let chainOfCallbacks = Scenario.loop("a long line of futures that set each other", "S12 FUT-03") { loop, _ in
        let futures = (0..<20_000).map { _ in loop.createFuture(of: Int.self) }
        for (future, next) in zip(futures, futures.dropFirst()) {
            future.addDoneCallback { done in try? next.setResult((try? done.result()) ?? -1) }
        }
        try futures[0].setResult(5)
        try expectEqual(try await futures[futures.count - 1].value, 5, "the last one's result")
    }

    private static let sharedFuture = Scenario.loop("cancelling one of those who wait for a future cancels it for all", "S5") {
        loop, _ in
        let future = Future<Int>()
        let tasks = (0..<3).map { _ in loop.createTask { try await future.value } }
        let shielded = loop.createTask { try await shield(future) }
        try await loop.turns(4)
        shielded.cancel()
        try await expectCancelled("behind the shield") { try await shielded.value }
        try expect(!future.isDone(), "\(future)")
        tasks[1].cancel()
        for task in tasks { try await expectCancelled("each") { try await task.value } }
        try expect(future.isCancelled(), "\(future)")
    }

    private static let cancelledBeforeItAwaits = Scenario.loop(
        "a cancelled task that awaits futures again and again lets others run", "S2"
    ) { loop, _ in
        let (stop, count) = (Box(false), Box(0))
        let task = loop.createTask {
            LoopTask.current?.cancel()
            while !stop.value {
                _ = try? await Future<Int>().value
                count.value += 1
            }
        }
        loop.callLater(.milliseconds(1)) { stop.value = true }
        try await task.value
        try expect(count.value > 0, "it awaited none")
    }
}
