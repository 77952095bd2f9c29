import SwirlCore

extension Conformance {
    static let cancelledTasks = [
        cancelSleeping, cancelBetweenSteps, innerFutureCancelled, bothCancelled, catching, ignoring, cancelsItself,
        cancelAtTheEnd, sleepCancelled, sleepingTaskCancelled, errorDuringCancel, beforeFirstStep, cancelFromThread,
    ]

    private static let cancelSleeping = Scenario.asyncio(
        "a cancelled task ends cancelled, and cannot be cancelled again", mirrors: "test_tasks.BaseTaskTests.test_cancel"
    ) { loop, _ in
        let task = loop.createTask {
            try await loop.sleep(for: .seconds(100))
            return 12
        }
        loop.callSoon { task.cancel() }
        try await expectCancelled("the task") { try await task.value }
        try expect(task.isDone() && task.isCancelled() && !task.cancel(), "\(task)")
        try await expectCancelled("its result") { try task.result() }
    }

    private static let cancelBetweenSteps = Scenario.asyncio(
        "a task that is cancelled between two steps ends at the next", mirrors: "test_tasks.BaseTaskTests.test_cancel_yield"
    ) { loop, _ in
        let task = loop.createTask {
            for _ in 0..<20 { try await loop.sleep(for: .zero) }
            return 12
        }
        try await loop.turns(3)
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(task.isCancelled() && !task.cancel(), "\(task)")
    }

    private static let innerFutureCancelled = Scenario.asyncio(
        "a task whose future is cancelled ends cancelled", mirrors: "test_tasks.BaseTaskTests.test_cancel_inner_future"
    ) { loop, _ in
        let future = Future<Int>()
        let task = loop.createTask { try await future.value }
        try await loop.turns(3)
        future.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(future.isCancelled() && task.isCancelled(), "\(future) \(task)")
    }

    private static let bothCancelled = Scenario.asyncio(
        "a task and its future can be cancelled together",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_both_task_and_inner_future"
    ) { loop, _ in
        let future = Future<Int>()
        let task = loop.createTask { try await future.value }
        try await loop.turns(3)
        future.cancel()
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(future.isCancelled() && task.isCancelled(), "\(future) \(task)")
    }

    private static let catching = Scenario.asyncio(
        "a task that catches its cancellation may end with a result",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_task_catching"
    ) { loop, _ in
        let (first, second) = (Future<Int>(), Future<Int>())
        let task = loop.createTask {
            _ = try await first.value
            do { return try await second.value } catch is CancellationError { return 42 }
        }
        try await loop.turns(3)
        try first.setResult(1)
        try await loop.turns(3)
        task.cancel()
        try expect(second.isCancelled(), "the future that it waited for")
        try expectEqual(try await task.value, 42, "its result")
        try expect(!task.isCancelled(), "\(task)")
    }

    /// In Swift a cancelled task stays so: what it waits for afterwards it waits for behind a shield.
    private static let ignoring = Scenario.asyncio(
        "a task that ignores its cancellation goes on behind a shield",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_task_ignoring"
    ) { loop, _ in
        let (first, second, third) = (Future<Int>(), Future<Int>(), Future<Int>())
        let task = loop.createTask {
            _ = try await first.value
            do { _ = try await second.value } catch is CancellationError {}
            return try await shield(third)
        }
        try await loop.turns(3)
        try first.setResult(1)
        try await loop.turns(3)
        task.cancel()
        try expect(second.isCancelled(), "the future that it waited for")
        try await loop.turns(3)
        try expect(!task.isDone() && !third.isDone(), "it did not wait")
        try third.setResult(42)
        try expectEqual(try await task.value, 42, "its result")
        try expect(!third.isCancelled() && !task.isCancelled(), "\(third) \(task)")
    }

    private static let cancelsItself = Scenario.asyncio(
        "a task that cancels itself is cancelled at its next wait",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_current_task"
    ) { loop, _ in
        let wentOn = Box(false)
        let task = loop.createTask {
            LoopTask.current?.cancel()
            wentOn.value = true
            try await loop.sleep(for: .seconds(100))
            return 12
        }
        try await expectCancelled("the task") { try await task.value }
        try expect(wentOn.value && task.isCancelled() && !task.cancel(), "\(task)")
    }

    /// asyncio ends such a task as cancelled. Here a result that is there wins (D3).
    private static let cancelAtTheEnd = Scenario.asyncio(
        "a task that returns right after its cancellation has its result",
        differsFrom: "test_tasks.BaseTaskTests.test_cancel_at_end"
    ) { loop, _ in
        let task = loop.createTask {
            LoopTask.current?.cancel()
            return 12
        }
        try expectEqual(try await task.value, 12, "its result")
        try expect(!task.isCancelled() && !task.cancel(), "\(task)")
    }

    private static let sleepCancelled = Scenario.asyncio(
        "cancelling a sleep takes its timer back", mirrors: "test_tasks.BaseTaskTests.test_sleep_cancel"
    ) { loop, _ in
        let task = loop.createTask { try await loop.sleep(for: .seconds(100)) }
        try await loop.until { loop.timerCount == 1 }
        task.cancel()
        try expectEqual(loop.timerCount, 0, "timers")
        try await expectCancelled("the task") { try await task.value }
    }

    private static let sleepingTaskCancelled = Scenario.asyncio(
        "a timer can cancel a task that sleeps", mirrors: "test_tasks.BaseTaskTests.test_task_cancel_sleeping_task"
    ) { loop, _ in
        let task = loop.createTask { () -> String in
            let sleeper = loop.createTask { try await loop.sleep(for: .seconds(5000)) }
            loop.callLater(.milliseconds(1)) { sleeper.cancel() }
            do { try await sleeper.value } catch is CancellationError { return "cancelled" }
            return "slept in"
        }
        try expectEqual(try await task.value, "cancelled", "the sleeper")
    }

    private static let errorDuringCancel = Scenario.asyncio(
        "a task that throws its own error when it is cancelled has failed",
        mirrors: "test_tasks.BaseTaskTests.test_baseexception_during_cancel"
    ) { loop, _ in
        let task = loop.createTask {
            do { try await loop.sleep(for: .seconds(100)) } catch is CancellationError { throw Wrong(number: 8) }
        }
        try await loop.turns(3)
        task.cancel()
        try expect(!task.isDone(), "it ended inline")
        try await loop.until { task.isDone() }
        try expect(!task.isCancelled(), "\(task)")
        try expectEqual(try task.error() as? Wrong, Wrong(number: 8), "its error")
    }

    private static let beforeFirstStep = Scenario.asyncio(
        "a task that is cancelled before its first step never runs",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task"
    ) { loop, _ in
        let ran = Box(false)
        let task = loop.createTask { ran.value = true }
        task.cancel()
        let (done, pending) = try await wait([task])
        try expect(done == [task] && pending.isEmpty && task.isCancelled() && !ran.value, "\(task)")
    }

    private static let cancelFromThread = Scenario.loop("another thread cancels a task in its loop", "S17") { loop, _ in
        let task = loop.createTask {
            defer { loop.preconditionIsolated() }
            try await loop.sleep(for: .seconds(100))
        }
        OwnThread.detached { task.cancel() }
        try await expectCancelled("the task") { try await task.value }
    }
}
