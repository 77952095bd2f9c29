import SwirlCore

extension Conformance {
    static let tasks =
        [
            ensureTask, ensureItself, ensureTaskItself, ensureForeign, foreignFutureWorks, awaitsItself, returnsAFuture,
            taskResult, taskBasics, setMethodsRefused, heldByLoop, namedTask, bodyError, errorKeptInTask,
            swiftTasksStayOnLoop, takesTurns, taskLocals, runsUntilComplete, stoppedEarly,
        ] + taskDescriptions + currentTasks + cancelledTasks + cancelledWaits + threadsafeTasks

    private static let ensureTask = Scenario.asyncio(
        "ensureFuture makes a task of a closure", "S6", mirrors: "test_tasks.BaseTaskTests.test_ensure_future_coroutine"
    ) { loop, _ in
        let future = loop.ensureFuture { "ok" }
        try expect(future is LoopTask<String>, "\(future)")
        try expectEqual(try await future.value, "ok", "its result")
    }

    private static let ensureItself = Scenario.asyncio(
        "ensureFuture of a future is that future", "S6", mirrors: "test_tasks.BaseTaskTests.test_ensure_future_future"
    ) { loop, _ in
        let future = Future<String>()
        try future.setResult("ko")
        let same = try loop.ensureFuture(future)
        try expect(same === future, "another")
        try expectEqual(try await same.value, "ko", "its result")
    }

    private static let ensureTaskItself = Scenario.asyncio(
        "a task is usable wherever a future is", "S6", mirrors: "test_tasks.BaseTaskTests.test_ensure_future_task"
    ) { loop, _ in
        let task = loop.createTask { 1 }
        try expect(try loop.ensureFuture(task) === task, "another")
        let futures: [Future<Int>] = [task, Future<Int>()]
        futures[1].addDoneCallback { _ in }
        try futures[1].setResult(2)
        try expectEqual(try await futures[0].value + futures[1].value, 3, "the results")
    }

    private static let ensureForeign = Scenario.asyncioBlocking(
        "ensureFuture refuses a future of another loop", "S6",
        mirrors: "test_tasks.BaseTaskTests.test_ensure_future_error_msg"
    ) { context in
        let (loop, other) = (try Loop(context.backend), try Loop(context.backend))
        let future = other.createFuture(of: Int.self)
        let result = Result { try loop.ensureFuture(future) }
        guard case .failure(let error) = result else { throw ScenarioFailure("accepted") }
        try expect("\(error)".hasPrefix("The future belongs to a different loop"), "\(error)")
        try loop.close()
        try other.close()
    }

    /// asyncio refuses it; here the task hops to the future's loop and back.
    private static let foreignFutureWorks = Scenario.asyncioBlocking(
        "a future of another loop can be awaited", "FUT-02", differsFrom: "test_tasks.BaseTaskTests.test_other_loop_future"
    ) { context in
        let (loop, other) = (try Loop(context.backend, options: .testing), try Loop(context.backend, options: .testing))
        let future = other.createFuture(of: Int.self)
        let otherEnded = Once<Void>()
        OwnThread.detached {
            _ = try? other.runUntilComplete(future)
            try? other.close()
            otherEnded.finish(())
        }
        try other.callSoonThreadsafe { loop in loop.callLater(.milliseconds(1)) { try? future.setResult(7) } }
        let found = try loop.runUntilComplete { loop in
            let found = try await future.value
            loop.preconditionIsolated()
            return found
        }
        try expectEqual(found, 7, "the result")
        try loop.close()
        try expect(otherEnded.wait(.seconds(5)) != nil, "the other loop did not end")
    }

    private static let awaitsItself = Scenario.asyncio(
        "a task that awaits itself gets an error, and does not hang",
        "FUT-02", mirrors: "test_tasks.BaseTaskTests.test_task_awaits_on_itself"
    ) { loop, _ in
        let box = Box<LoopTask<Int>?>(nil)
        let task = loop.createTask { () -> Int in try await box.value!.value }
        box.value = task
        let error = try await expectError("the task") { try await task.value }
        try expect("\(error)".hasPrefix("Task cannot await on itself: <LoopTask"), "\(error)")
        let shielded = loop.createTask { () -> Int in try await shield(box.value!) }
        box.value = shielded
        try await expectThrows(FutureError.self, "behind a shield") { try await shielded.value }
        let scoped = loop.createTask { () -> Int in try await withTimeout(.seconds(100)) { try await box.value!.value } }
        box.value = scoped
        try await expectThrows(FutureError.self, "in a scope") { try await scoped.value }
        box.value = nil
    }

    private static let returnsAFuture = Scenario.asyncio(
        "a task that returns a future has that as its result",
        mirrors: "test_tasks.BaseTaskTests.test_coroutine_non_gen_function_return_future"
    ) { loop, _ in
        let future = Future<String>()
        let returning = loop.createTask { future }
        let setting = loop.createTask { try future.setResult("test") }
        try expect(try await returning.value === future, "another future")
        try await setting.value
        try expectEqual(try future.result(), "test", "its result")
    }

    private static let taskResult = Scenario.asyncio(
        "a task that awaits a future goes on with its result", "S5",
        mirrors: "test_tasks.BaseTaskTests.test_step_result_future"
    ) { loop, _ in
        let (future, seen) = (Future<Int>(), Box(0))
        let task = loop.createTask { seen.value = try await future.value }
        try await loop.turns(3)
        try future.setResult(5)
        try expectEqual(seen.value, 0, "it went on inline")
        try await task.value
        try expectEqual(seen.value, 5, "what it saw")
    }

    private static let taskBasics = Scenario.asyncio(
        "a task runs what it awaits, to its result", "S3 S6", mirrors: "test_tasks.BaseTaskTests.test_task_basics"
    ) { loop, _ in
        @Sendable func inner(_ number: Int) async -> Int { number }
        let task = loop.createTask { await inner(42) + inner(1000) }
        try expect(!task.isDone(), "it ran at once")
        let early = try await expectError("its early result") { try task.result() }
        try expectEqual("\(early)", "Result is not set.", "the error")
        try expectEqual(try await task.value, 1042, "its result")
        try expectEqual(try task.result(), 1042, "its result at once")
    }

    private static let setMethodsRefused = Scenario.asyncio(
        "nobody sets a task's result but its body", "S6 FUT-01", mirrors: "test_tasks.BaseTaskTests.test_task_set_methods"
    ) { loop, _ in
        let task = loop.createTask { "ko" }
        try expect(task.refusesAll("ok"), "it could be set")
        try expectEqual(try await task.value, "ko", "its result")
    }

    /// asyncio holds its tasks weakly, and warns. Here nothing vanishes.
    private static let heldByLoop = Scenario.asyncio(
        "a task that nobody holds runs to its end",
        "FUT-04", differsFrom: "test_tasks.BaseTaskTests.test_log_destroyed_pending_task"
    ) { loop, _ in
        let (future, ended) = (Future<Int>(), Box(false))
        do { loop.createTask { ended.value = try await future.value == 3 } }
        try await loop.turns(3)
        try expectEqual(loop.allTasks.count, 2, "tasks")
        try future.setResult(3)
        try await loop.until { loop.taskCount == 1 }
        try expect(ended.value, "it did not end")
        try expectEqual(loop.allTasks.count, 1, "tasks afterwards")
    }

    private static let namedTask = Scenario.asyncio(
        "a task has the name that it was given", "S10", mirrors: "test_tasks.BaseTaskTests.test_bare_create_named_task"
    ) { loop, _ in
        let task = loop.createTask(name: "No-op") { LoopTask.current?.name }
        try expectEqual(task.name, "No-op", "its name")
        try expectEqual(try await task.value, "No-op", "its name from inside")
    }

    private static let bodyError = Scenario.loop(
        "a task's error is rethrown to everybody who awaits it", "S11"
    ) { loop, _ in
        let task = loop.createTask { () -> Int in throw Wrong(number: 3) }
        let waiting = (0..<3).map { _ in loop.createTask { try await task.value } }
        for waiter in waiting {
            try expectEqual(try await expectError("a waiter") { try await waiter.value } as? Wrong, Wrong(number: 3), "it")
        }
    }

    private static let errorKeptInTask = Scenario.asyncio(
        "a task keeps its error for who asks later", "S5", mirrors: "test_tasks.BaseTaskTests.test_exception_traceback"
    ) { loop, _ in
        let task = loop.createTask { throw Wrong(number: 9) }
        try await loop.until { task.isDone() }
        try expectEqual(try task.error() as? Wrong, Wrong(number: 9), "its error")
        try expectEqual(task.state(), .finished, "its state")
    }

    private static let swiftTasksStayOnLoop = Scenario.loop(
        "async let and task groups stay on the loop with every combinator", "S2 S13"
    ) {
        loop, _ in
        let task = loop.createTask { () -> Int in
            async let gathered = gather(loop.createTask { 1 }, loop.createTask { 2 })
            async let waited = wait([loop.createTask { 3 }]).done[0].result()
            async let timed = withTimeout(.seconds(100)) {
                loop.preconditionIsolated()
                return 4
            }
            async let shielded = shield(loop.createTask { 5 })
            async let raced = race([{ _ in 6 }] as [@Sendable (isolated Loop) async throws -> Int]).winner
            var sum = try await gathered.0 + gathered.1 + waited + timed + shielded + raced
            loop.preconditionIsolated()
            let tasks = (7..<10).map { number in loop.createTask { (_: isolated Loop) in number } }
            sum += try await withThrowingTaskGroup(of: Int.self) { group in
                for task in tasks {
                    group.addTask { try await waitFor(task, timeout: .seconds(100)) }
                }
                return try await group.reduce(0, +)
            }
            for try await done in try asCompleted([loop.createTask { 10 }]) { sum += try done.result() }
            return sum
        }
        try expectEqual(try await task.value, 55, "the sum")
    }

    private enum Local {
        @TaskLocal static var value = "nope"
    }

    private static let taskLocals = Scenario.asyncio(
        "a task has the task-local values of who made it", mirrors: "test_tasks.BaseTaskTests.test_context_1"
    ) { loop, _ in
        let before = loop.createTask { Local.value }
        let inside = Local.$value.withValue("yes") { loop.createTask { (_: isolated Loop) in Local.value } }
        try expectEqual(try await [before.value, inside.value], ["nope", "yes"], "the values")
        try expectEqual(Local.value, "nope", "outside")
    }

    private static let runsUntilComplete = Scenario.blocking(
        "runUntilComplete takes a future, a task or a closure, and returns or rethrows what it comes to", "S7 S6"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let future = loop.createFuture(of: Int.self)
        try loop.callSoonThreadsafe { loop in try? future.setResult(1, on: loop) }
        try expectEqual(try loop.runUntilComplete(future), 1, "a future")
        try expectEqual(try loop.runUntilComplete(future), 1, "a future that is done")
        try expectEqual(try loop.runUntilComplete(loop.createTask { 2 }), 2, "a task")
        let nested = try loop.runUntilComplete { (loop: isolated Loop) -> String in
            let inner = Result { try runNested(loop) }
            if case .failure(let error) = inner { return "\(error)" }
            return "it ran"
        }
        try expect(nested.hasPrefix("This event loop is already running"), nested)
        let failing = Result { try loop.runUntilComplete { (_: isolated Loop) -> Int in throw Wrong(number: 3) } }
        guard case .failure(let error) = failing, error as? Wrong == Wrong(number: 3) else { throw ScenarioFailure("\(failing)") }
        try loop.close()
        let closed = Result { try loop.runUntilComplete(future) }
        guard case .failure(let refusal) = closed else { throw ScenarioFailure("\(closed)") }
        try expect("\(refusal)".hasPrefix("Event loop is closed"), "\(refusal)")
    }

    private static func runNested(_ loop: Loop) throws {
        try loop.runUntilComplete(loop.createFuture(of: Void.self))
    }

    private static let stoppedEarly = Scenario.asyncioBlocking(
        "a loop that is stopped early says so, and can be run again", "S7",
        mirrors: "test_tasks.BaseTaskTests.test_stop_while_run_in_complete"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let count = Once<Int>()
        let task = loop.createTask { (loop: isolated Loop) in
            for number in 0..<10 {
                try await loop.sleep(for: .microseconds(10))
                if number == 2 { loop.stop() }
                if number == 9 { count.finish(number) }
            }
        }
        do {
            try loop.runUntilComplete(task)
            throw ScenarioFailure("it was not stopped")
        } catch let error as LoopError {
            try expect("\(error)".hasPrefix("Event loop stopped before Future completed."), "\(error)")
        }
        try expect(!task.isDone() && count.wait(.zero) == nil, "\(task)")
        try loop.runUntilComplete(task)
        try expectEqual(count.wait(.zero), 9, "how far it came")
        try loop.close()
    }

    private static let takesTurns = Scenario.asyncio(
        "sleep(0) lets everything run once that is ready", "S4 S8", mirrors: "test_tasks.SleepTests.test_sleep_zero"
    ) { loop, _ in
        let result = Box(0)
        loop.callSoon { result.value += 10 }
        try expectEqual(result.value, 0, "before")
        try await loop.sleep(for: .zero)
        try expectEqual(result.value, 10, "after")
    }
}
