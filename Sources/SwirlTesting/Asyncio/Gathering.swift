import SwirlCore

extension Conformance {
    static let gathering = [
        gatherSuccess, gatherResults, gatherOneError, gatherErrors, gatherNothing, gatherTwice, gatherOneCancelled,
        gatherSomeCancelled, gatherSame, gatherCancelled, gatherMarksErrors, gatherOnLoop, gatherCancelTooLate,
        gatherCancelErrors, gatherClosures, gatherTypes, gatherCancelledBefore, gatherChildrenIgnore,
    ]

    private static func futures(_ loop: isolated Loop, _ count: Int) -> [Future<Int>] {
        (0..<count).map { _ in loop.createFuture() }
    }

    private static let gatherSuccess = Scenario.asyncio(
        "gather has all results, in the order of the futures", mirrors: "test_tasks.GatherTestsBase.test_success"
    ) { loop, _ in
        let all = futures(loop, 3)
        let task = loop.createTask { try await gather(all) }
        try all[1].setResult(1)
        try all[0].setResult(2)
        try await loop.turns(4)
        try expect(!task.isDone(), "it did not wait for all")
        try all[2].setResult(3)
        try expectEqual(try await task.value, [2, 1, 3], "the results")
    }

    private static let gatherResults = Scenario.asyncio(
        "gather of errors has all results", mirrors: "test_tasks.GatherTestsBase.test_result_exception_success"
    ) { loop, _ in
        let all = futures(loop, 3)
        let task = loop.createTask { try await gather(returnErrors: all) }
        for index in [1, 0, 2] { try all[index].setResult(index) }
        try expectEqual(try await task.value.map { try $0.get() }, [0, 1, 2], "the results")
    }

    private static let gatherOneError = Scenario.asyncio(
        "gather throws the first error at once, and the others go on",
        mirrors: "test_tasks.GatherTestsBase.test_one_exception"
    ) { loop, _ in
        let (all, reports) = (futures(loop, 5), loop.reports())
        let task = loop.createTask { try await gather(all) }
        try await loop.turns(3)
        try all[0].setResult(1)
        try all[1].setError(Wrong(number: 1))
        try expectEqual(try await expectError("gather") { try await task.value } as? Wrong, Wrong(number: 1), "the error")
        try expect(all[2...].allSatisfy { !$0.isDone() }, "another was touched")
        try all[2].setResult(3)
        all[3].cancel()
        try all[4].setError(Wrong(number: 4))
        try await loop.turns(2)
        try expectEqual(reports.value, [], "reports")
    }

    private static let gatherErrors = Scenario.asyncio(
        "gather of errors waits for all", mirrors: "test_tasks.GatherTestsBase.test_return_exceptions"
    ) { loop, _ in
        let all = futures(loop, 4)
        let task = loop.createTask { try await gather(returnErrors: all) }
        try await loop.turns(3)
        try all[1].setResult(1)
        try all[2].setError(Wrong(number: 2))
        try all[0].setResult(3)
        try await loop.turns(4)
        try expect(!task.isDone(), "it did not wait for all")
        try all[3].setError(Wrong(number: 3))
        let results = try await task.value
        try expectEqual(results.prefix(2).map { try? $0.get() }, [3, 1], "the results")
        for index in 2..<4 {
            guard case .failure(let error) = results[index] else { throw ScenarioFailure("no error") }
            try expectEqual(error as? Wrong, Wrong(number: index), "the error")
        }
    }

    private static let gatherNothing = Scenario.asyncio(
        "gather of nothing is empty, at once",
        mirrors: "test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_running_loop"
    ) { loop, _ in
        try expectEqual(try await gather([Future<Int>]()), [], "of no futures")
        try expect(try await gather(returnErrors: [Future<Int>]()).isEmpty, "of no errors")
        let () = try await gather()
    }

    private static let gatherTwice = Scenario.asyncio(
        "the same futures can be gathered several times",
        mirrors: "test_tasks.FutureGatherTests.test_constructor_homogenous_futures"
    ) { loop, _ in
        let all = futures(loop, 3)
        let tasks = (0..<2).map { _ in loop.createTask { try await gather(all) } }
        try await loop.turns(3)
        try expect(tasks.allSatisfy { !$0.isDone() }, "done")
        for future in all { try future.setResult(1) }
        for task in tasks { try expectEqual(try await task.value, [1, 1, 1], "the results") }
    }

    private static let gatherOneCancelled = Scenario.asyncio(
        "a future that is cancelled ends gather, and leaves the others alone",
        mirrors: "test_tasks.FutureGatherTests.test_one_cancellation"
    ) { loop, _ in
        let all = futures(loop, 5)
        let wentOn = Box(false)
        let task = loop.createTask {
            do { _ = try await gather(all) } catch is CancellationError {
                // The caller was not cancelled: it can wait.
                try await loop.sleep(for: .zero)
                wentOn.value = true
            }
        }
        try await loop.turns(3)
        try all[0].setResult(1)
        all[1].cancel()
        try await task.value
        try expect(wentOn.value && all[2...].allSatisfy { !$0.isDone() }, "\(all)")
    }

    private static let gatherSomeCancelled = Scenario.asyncio(
        "gather of errors has a CancellationError for a cancelled future",
        mirrors: "test_tasks.FutureGatherTests.test_result_exception_one_cancellation"
    ) { loop, _ in
        let all = futures(loop, 6)
        let task = loop.createTask { try await gather(returnErrors: all) }
        try await loop.turns(3)
        try all[0].setResult(1)
        try all[1].setError(Wrong())
        all[2].cancel()
        try await loop.turns(3)
        try expect(!task.isDone(), "it did not wait for all")
        try all[3].setResult(3)
        all[4].cancel()
        try all[5].setError(Wrong())
        let texts = try await task.value.map { result in
            switch result {
            case .success(let number): "\(number)"
            case .failure(let error): "\(type(of: error))"
            }
        }
        try expectEqual(texts, ["1", "Wrong", "CancellationError", "3", "CancellationError", "Wrong"], "the results")
    }

    private static let gatherSame = Scenario.asyncio(
        "gather may have a future several times", mirrors: "test_tasks.CoroutineGatherTests.test_duplicate_coroutines"
    ) { loop, _ in
        let (abc, def) = (loop.createTask { "abc" }, loop.createTask { "def" })
        let results = try await gather([abc, abc, def, abc])
        try expectEqual(results, ["abc", "abc", "def", "abc"], "the results")
    }

    private static let gatherCancelled = Scenario.asyncio(
        "cancelling who gathers cancels all that are not done",
        mirrors: "test_tasks.CoroutineGatherTests.test_cancellation_broadcast"
    ) { loop, _ in
        let (waiter, proof) = (Future<Int>(), Box(0))
        let children = (0..<2).map { _ in loop.createTask { proof.value += try await waiter.value } }
        let outer = loop.createTask {
            _ = try await gather(children as [Future<Void>])
            proof.value += 100
        }
        try await loop.turns(4)
        try expect(outer.cancel(), "the cancel")
        try await expectCancelled("the outer") { try await outer.value }
        _ = try await wait(children)
        try expect(waiter.isCancelled() && children.allSatisfy { $0.isCancelled() }, "\(waiter) \(children)")
        try expectEqual(proof.value, 0, "who went on")
    }

    private static let gatherMarksErrors = Scenario.asyncio(
        "gather answers for the errors that come after the first",
        mirrors: "test_tasks.CoroutineGatherTests.test_exception_marking"
    ) { loop, _ in
        let reports = loop.reports()
        do {
            let all = futures(loop, 2)
            let inner = all.map { future in
                loop.createTask { (_: isolated Loop) -> Int in
                    _ = try await future.value
                    throw Wrong(number: 1)
                }
            }
            let outer = loop.createTask { try await gather(inner) }
            try await loop.turns(4)
            try all[0].setResult(0)
            try await expectThrows(Wrong.self, "gather") { try await outer.value }
            try all[1].setResult(0)
            _ = try await wait(inner)
        }
        try await loop.turns(3)
        try expectEqual(reports.value, [], "reports")
    }

    private static let gatherOnLoop = Scenario.asyncio(
        "who gathers goes on on its loop", mirrors: "test_tasks.CoroutineGatherTests.test_constructor_use_running_loop"
    ) { loop, _ in
        let results = try await gather(loop.createTask { "abc" }, loop.createTask { 7 })
        loop.preconditionIsolated()
        try expect(results == ("abc", 7), "\(results)")
    }

    private static let gatherCancelTooLate = Scenario.asyncio(
        "a gathering whose futures are all done keeps its results when it is cancelled",
        mirrors: "test_tasks.BaseTaskTests.test_cancel_gather_1"
    ) { loop, _ in
        let future = Future<Int>()
        let task = loop.createTask { try await gather([future]) }
        try await loop.turns(4)
        // In the turn in which the gathering sees that its future is done, and behind it.
        future.addDoneCallback { _ in task.cancel() }
        try future.setResult(42)
        try expectEqual(try await task.value, [42], "the results")
        try expect(!task.isCancelled(), "\(task)")
    }

    private static let gatherCancelErrors = Scenario.asyncio(
        "gather of errors says when its caller was cancelled", mirrors: "test_tasks.BaseTaskTests.test_cancel_gather_2"
    ) { loop, _ in
        let task = loop.createTask {
            while true {
                _ = try await gather(returnErrors: [loop.createTask { try await loop.sleep(for: .milliseconds(1)) }])
            }
        }
        try await loop.sleep(for: .milliseconds(2))
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
    }

    private static let gatherClosures = Scenario.loop("gather takes closures, and starts them in their order", "S13") { loop, _ in
        let order = Box<[Int]>([])
        let bodies = (0..<4).map { number -> @Sendable (isolated Loop) async throws -> Int in
            { loop in
                order.value.append(number)
                try await loop.sleep(for: .microseconds(100 * (4 - number)))
                return number * number
            }
        }
        try expectEqual(try await gather(bodies), [0, 1, 4, 9], "the results")
        try expectEqual(order.value, [0, 1, 2, 3], "the order")
    }

    private static let gatherTypes = Scenario.loop("gather of several types is a tuple", "S13") { loop, _ in
        let failed = loop.createTask { () -> Bool in throw Wrong(number: 6) }
        let (number, text, result) = try await gather(
            returnErrors: loop.createTask { 1 }, loop.createTask { "two" }, failed as Future<Bool>)
        try expectEqual(try number.get(), 1, "the first")
        try expectEqual(try text.get(), "two", "the second")
        try expectEqual(try await expectError("the third") { try result.get() } as? Wrong, Wrong(number: 6), "the error")
    }

    private static let gatherCancelledBefore = Scenario.loop("a cancelled task that gathers cancels what it gathers", "S13") {
        loop, _ in
        let all = futures(loop, 3)
        let task = loop.createTask {
            LoopTask.current?.cancel()
            return try await gather(all)
        }
        try await expectCancelled("the task") { try await task.value }
        try expect(all.allSatisfy { $0.isCancelled() }, "\(all)")
    }

    private static let gatherChildrenIgnore = Scenario.loop(
        "a cancelled gathering is over when all have ended as they like", "D3"
    ) {
        loop, _ in
        let children = (0..<3).map { number in
            loop.createTask { (loop: isolated Loop) -> Int in
                try? await loop.sleep(for: .seconds(100))
                return number
            }
        }
        let task = loop.createTask { try await gather(children) }
        try await loop.turns(4)
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expectEqual(try children.map { try $0.result() }, [0, 1, 2], "what they came to")
    }
}
