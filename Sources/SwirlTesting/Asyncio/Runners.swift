import SwirlCore

extension Conformance {
    static let runners = [
        runReturns, runThrows, runInsideLoop, runCancelsLeftOver, runReportsLeftOver, runAwaited, runAwaitedCancelled, runDebug,
        runnerRuns, runnerCloses, runnerClosesTwice, runnerAfterClose, runnerNested, runnerKeeps,
    ]

    static let runReturns = Scenario.asyncioBlocking(
        "Loop.run returns what its main task returns", "S7",
        mirrors: "test_runners.RunTests.test_asyncio_run_return"
    ) { context in
        let result = try Loop.run(context.backend, options: .testing) { loop in
            try await loop.sleep(for: .zero)
            return 42
        }
        try expectEqual(result, 42, "the result")
    }

    static let runThrows = Scenario.asyncioBlocking(
        "Loop.run throws what its main task throws", "S7",
        mirrors: "test_runners.RunTests.test_asyncio_run_raises"
    ) { context in
        struct Spam: Error {}
        let result = Result {
            try Loop.run(context.backend, options: .testing) { loop in
                try await loop.sleep(for: .zero)
                throw Spam()
            }
        }
        try expect({ if case .failure(let error) = result { error is Spam } else { false } }(), "\(result)")
    }

    static let runInsideLoop = Scenario.asyncio(
        "Loop.run inside of a running loop is refused, and makes nothing", "S7",
        mirrors: "test_runners.RunTests.test_asyncio_run_from_running_loop"
    ) { _, context in
        let ran = Counter()
        let before = OpenFiles.now()
        let result = runHere { try runBlocked(context, ran) }
        try expect(failed(result, LoopError.anotherLoopIsRunning), "\(result)")
        try OpenFiles.expect(same: before)
        try expectEqual(ran.value, 0, "bodies that ran")
    }

    private static func runBlocked(_ context: ScenarioContext, _ ran: Counter) throws {
        try Loop.run(context.backend, options: .testing) { _ in ran.add() }
    }

    static let runCancelsLeftOver = Scenario.asyncioBlocking(
        "Loop.run cancels the tasks that are left, and waits for them", "S7",
        mirrors: "test_runners.RunTests.test_asyncio_run_cancels_hanging_tasks"
    ) { context in
        let steps = Journal()
        let task = try Loop.run(context.backend, options: .testing) { loop in
            let left = loop.createTask {
                do { try await loop.sleep(for: .seconds(100)) } catch {
                    // Clean-up that awaits is waited for, too.
                    try? await loop.createTask { steps.add("cleaned up") }.value
                    steps.add("\(error is CancellationError)")
                    throw error
                }
            }
            try await loop.turns(1)
            return left
        }
        try expectEqual(steps.all.last, "true", "what the task saw: \(steps.all)")
        try expect("\(task)".contains("cancelled"), "the task: \(task)")
    }

    static let runReportsLeftOver = Scenario.asyncioBlocking(
        "an error of a task that was left reaches the exception handler", "S7",
        mirrors: "test_runners.RunTests.test_asyncio_run_reports_hanging_tasks_errors"
    ) { context in
        struct Division: Error {}
        let reports = Journal()
        let result = try Loop.run(context.backend, options: .testing) { loop in
            loop.setExceptionHandler { error, _ in reports.add("\(error is Division)") }
            loop.createTask {
                do { try await loop.sleep(for: .seconds(100)) } catch { throw Division() }
            }
            try await loop.turns(1)
            return 123
        }
        try expectEqual(result, 123, "the result")
        try expectEqual(reports.all, ["true"], "reports")
    }

    static let runAwaited = Scenario.loop(
        "Loop.run can be awaited, also by another loop's task", "S7 S18"
    ) { loop, context in
        let answer = try await Loop.run(context.backend, options: .testing) { other in
            try expect(Loop.current === other, "the other loop is not current")
            try await other.sleep(for: .microseconds(10))
            return 42
        }
        try expectEqual(answer, 42, "the result")
        try expect(Loop.current === loop, "the task came back to another loop")
    }

    static let runAwaitedCancelled = Scenario.loop(
        "cancelling who awaits Loop.run cancels its main task", "S7"
    ) { loop, context in
        let begun = Once<Void>()
        let task = loop.createTask {
            try await Loop.run(context.backend, options: .testing) { other in
                begun.finish(())
                try await other.sleep(for: .seconds(100))
            }
        }
        await begun.get()
        task.cancel()
        try await expectCancelled("the run") { try await task.value }
    }

    static let runDebug = Scenario.asyncioBlocking(
        "debug mode is what the options say", "S7",
        mirrors: "test_runners.RunTests.test_asyncio_run_debug"
    ) { context in
        for wanted in [true, false] {
            var options = LoopOptions.testing
            options.debug = wanted
            let found = try Loop.run(context.backend, options: options) { loop in loop.isDebugging }
            try expectEqual(found, wanted, "debug mode")
        }
    }

    static let runnerRuns = Scenario.asyncioBlocking(
        "a runner runs one task after another on one loop", "S7",
        mirrors: "test_runners.RunnerTests.test_run"
    ) { context in
        let runner = try Runner(context.backend, options: .testing)
        let loop = runner.loop
        for round in 1...3 {
            let (same, result) = try runner.run { (other: isolated Loop) in
                try await other.sleep(for: .zero)
                return (other === loop, round)
            }
            try expect(same && result == round, "round \(round)")
        }
        try runner.close()
        try expect(loop.isClosed, "the loop is not closed")
    }

    static let runnerCloses = Scenario.asyncioBlocking(
        "a runner that never ran closes its loop", "S7",
        mirrors: "test_runners.RunnerTests.test_explicit_close"
    ) { context in
        let runner = try Runner(context.backend, options: .testing)
        try runner.close()
        try expect(runner.loop.isClosed, "the loop is not closed")
    }

    static let runnerClosesTwice = Scenario.asyncioBlocking(
        "closing a runner twice does nothing", "S7",
        mirrors: "test_runners.RunnerTests.test_double_close"
    ) { context in
        let runner = try Runner(context.backend, options: .testing)
        try runner.run { _ in }
        try runner.close()
        try runner.close()
        try expect(runner.loop.isClosed, "the loop is not closed")
    }

    static let runnerAfterClose = Scenario.asyncioBlocking(
        "a closed runner runs nothing", "S7",
        mirrors: "test_runners.RunnerTests.test_second_with_block_raises"
    ) { context in
        let ran = Counter()
        let runner = try Runner(context.backend, options: .testing)
        try runner.run { _ in ran.add() }
        try runner.close()
        let result = Result { try runner.run { _ in ran.add() } }
        try expect(failed(result, LoopError.closed), "\(result)")
        try expectEqual(ran.value, 1, "bodies that ran")
    }

    static let runnerNested = Scenario.asyncio(
        "a runner refuses inside of a running loop", "S7",
        mirrors: "test_runners.RunnerTests.test_recursive_run"
    ) { _, context in
        let result = runHere {
            let runner = try Runner(context.backend, options: .testing)
            try runner.run { _ in }
        }
        try expect(failed(result, LoopError.anotherLoopIsRunning), "\(result)")
    }

    static let runnerKeeps = Scenario.blocking(
        "what one run leaves goes on in the next, and is cancelled by the close", "S7"
    ) { context in
        let steps = Journal()
        let runner = try Runner(context.backend, options: .testing)
        try runner.run { loop in
            loop.createTask {
                steps.add("1")
                try await loop.turns(2)
                steps.add("2")
                do { try await loop.sleep(for: .seconds(100)) } catch { steps.add("cancelled") }
            }
            try await loop.turns(1)
        }
        try runner.run { loop in try await loop.until { steps.all.count == 2 } }
        try expectEqual(steps.all, ["1", "2"], "before the close")
        try runner.close()
        try expectEqual(steps.all, ["1", "2", "cancelled"], "after the close")
    }
}
