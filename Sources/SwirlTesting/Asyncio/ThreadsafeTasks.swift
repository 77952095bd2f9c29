import SwirlCore

extension Conformance {
    /// S17: a thread waits for what it submitted to a loop.
    static let threadsafeTasks = [
        submitted, submittedFails, submittedTimesOut, submittedCancelled, refusedOnItsLoop, resultOfClosed, manyThreadsWait,
    ]

    private static let submitted = Scenario.asyncioBlocking(
        "a thread submits a task and waits for its result", "S17",
        mirrors: "test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe"
    ) { context in
        try withLoop(context) { loop in
            let task = try loop.submit { loop in
                try await loop.sleep(for: .milliseconds(1))
                return 1 + 2
            }
            try expectEqual(try task.result(timeout: nil), 3, "the result")
            try expectEqual(try task.result(timeout: .zero), 3, "the result again")
            try expectEqual(try task.result(), 3, "the result at once")
        }
    }

    private static let submittedFails = Scenario.asyncioBlocking(
        "a submitted task's error is rethrown on the thread", "S17",
        mirrors: "test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_exception"
    ) { context in
        try withLoop(context) { loop in
            let task = try loop.submit { _ -> Int in throw Wrong(number: 4) }
            try expectEqual(refusal { try task.result(timeout: .seconds(5)) } as? Wrong, Wrong(number: 4), "the error")
        }
    }

    private static let submittedTimesOut = Scenario.asyncioBlocking(
        "a thread that waits too long gets a TimeoutError, and cancels nothing", "S17",
        mirrors: "test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout"
    ) { context in
        try withLoop(context) { loop in
            let future = loop.createFuture(of: Int.self)
            let task = try loop.submit { _ in try await future.value }
            for timeout in [Duration.zero, .milliseconds(1), .seconds(-1)] {
                let error = try require(refusal { try task.result(timeout: timeout) }, "nothing was thrown")
                try expect(error is TimeoutError && "\(error)".contains("result(timeout:)"), "\(error)")
            }
            try expect(!task.isDone() && !task.isCancelling() && !future.isDone(), "\(task)")
            try loop.callSoonThreadsafe { loop in try? future.setResult(9, on: loop) }
            try expectEqual(try task.result(timeout: .seconds(5)), 9, "the result")
        }
    }

    private static let submittedCancelled = Scenario.asyncioBlocking(
        "a thread that waits for a cancelled task is told so", "S17",
        mirrors: "test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_cancelled"
    ) { context in
        try withLoop(context) { loop in
            let itself = try loop.submit { loop in
                LoopTask.current?.cancel()
                try await loop.sleep(for: .zero)
            }
            try expect(refusal { try itself.result(timeout: nil) } is CancellationError, "\(itself)")
            let sleeping = try loop.submit { loop in try await loop.sleep(for: .seconds(100)) }
            try expect(sleeping.cancel(), "the cancel")
            try expect(refusal { try sleeping.result(timeout: .seconds(5)) } is CancellationError, "\(sleeping)")
        }
    }

    private static let refusedOnItsLoop = Scenario.loop("a blocking result is refused on the loop's own thread", "S17") {
        loop, _ in
        let pending = loop.createFuture(of: Int.self)
        let done = loop.createFuture(of: Int.self)
        try done.setResult(1)
        let errors = Box<[any Error]>([])
        loop.callSoon {
            for future in [pending, done] {
                do { _ = try future.result(timeout: .seconds(1)) } catch { errors.value.append(error) }
            }
        }
        try await loop.turns(2)
        try expectEqual(errors.value.count, 2, "refusals")
        for error in errors.value {
            guard case FutureError.blocksItsLoop? = error as? FutureError else { throw ScenarioFailure("\(error)") }
            try expect("\(error)".contains("await its value"), "it does not say what to do: \(error)")
        }
    }

    private static let resultOfClosed = Scenario.blocking("a close ends what threads wait for", "S17 D13") { context in
        let loop = try Loop(context.backend, options: .testing)
        let future = loop.createFuture(of: Int.self)
        let (waits, result) = (Once<Void>(), Once<(any Error)?>())
        OwnThread.detached {
            waits.finish(())
            do {
                _ = try future.result(timeout: nil)
                result.finish(nil)
            } catch {
                result.finish(error)
            }
        }
        _ = waits.wait(.seconds(5))
        try loop.runUntilComplete { loop in try await loop.until { loop.operationCount > 0 } }
        try loop.close()
        let error = try require(result.wait(.seconds(5)), "it still waits")
        try expect(error as? LoopError == .closed, "\(String(describing: error))")
        try expect(refusal { try future.result(timeout: nil) } as? LoopError == .closed, "afterwards")
        try expect(!future.cancel(), "it could be cancelled")
    }

    private static let manyThreadsWait = Scenario.loop("threads that wait for one future all get its result", "S17") { loop, _ in
        let future = Future<Int>()
        let results = (0..<8).map { _ in Once<Int>() }
        for result in results {
            OwnThread.detached { result.finish((try? future.result(timeout: .seconds(5))) ?? -1) }
        }
        try await loop.sleep(for: .milliseconds(1))
        try future.setResult(77)
        for result in results { try expectEqual(await result.get(), 77, "a thread's result") }
    }
}
