import SwirlCore

extension Conformance {
    static let futures =
        [
            initialState, ofRunningLoop, cancelled, resultOnce, errorOnce, awaitedTwice, described, setAfterCancel,
            otherThreadSets, otherThreadCancels, otherThreadReads, strangerCancels,
        ] + futureCallbacks + unretrievedErrors

    private static let initialState = Scenario.asyncio(
        "a new future is pending, until it is cancelled", "S5", mirrors: "test_futures.BaseFutureTests.test_initial_state"
    ) { loop, _ in
        let future = Future<Int>()
        try expectEqual(future.state(), .pending, "the state")
        try expect(!future.isDone() && !future.isCancelled(), "it is done")
        try expect(future.cancel(), "it would not be cancelled")
        try expect(future.isDone() && future.isCancelled(), "it is not cancelled")
    }

    private static let ofRunningLoop = Scenario.asyncio(
        "a future belongs to the loop that runs", mirrors: "test_futures.BaseFutureTests.test_constructor_use_running_loop"
    ) { loop, _ in
        let (future, made) = (Future<Int>(), loop.createFuture(of: Int.self))
        try expect(try loop.ensureFuture(future) === future, "another future")
        try expect(try loop.ensureFuture(made) === made, "another future")
        try made.setResult(3)
        try expectEqual(try await made.value, 3, "its result")
    }

    private static let cancelled = Scenario.asyncio(
        "a cancelled future stays so, and says so to everybody", "S5 S11 FUT-01",
        mirrors: "test_futures.BaseFutureTests.test_cancel"
    ) { loop, _ in
        let future = Future<Int>()
        try expect(future.cancel(), "the first cancel")
        try await expectCancelled("the result") { try future.result() }
        try await expectCancelled("the error") { try future.error() }
        try await expectCancelled("awaiting it") { try await future.value }
        try expect(future.refusesAll(1), "it could be set")
        try expect(!future.cancel(), "the second cancel")
        try expectEqual("\(future)", "<Future cancelled>", "its description")
    }

    private static let resultOnce = Scenario.asyncio(
        "a result is set once; before, asking for it is an error", "S5 S11 FUT-01",
        mirrors: "test_futures.BaseFutureTests.test_result"
    ) { loop, _ in
        let future = Future<Int>()
        let early = try await expectError("the result of a pending future") { try future.result() }
        try expectEqual("\(early)", "Result is not set.", "the error")
        try expect(early is FutureError, "its type")
        try future.setResult(42)
        try expect(future.isDone() && !future.isCancelled(), "its state")
        try expectEqual(try future.result(), 42, "the result")
        try expect(try future.error() == nil, "there is an error")
        try expect(future.refusesAll(1), "it could be set again")
        try expect(!future.cancel(), "it could be cancelled")
        try expectEqual(try future.result(), 42, "the result afterwards")
    }

    private static let errorOnce = Scenario.asyncio(
        "an error is set once, and rethrown to everybody who asks", "S5 S11",
        mirrors: "test_futures.BaseFutureTests.test_exception"
    ) { loop, _ in
        let future = Future<Int>()
        let early = try await expectError("the error of a pending future") { try future.error() }
        try expectEqual("\(early)", "Exception is not set.", "the error")
        try future.setError(Wrong(number: 7))
        for _ in 0..<2 {
            try expectEqual(try await expectError("the result") { try future.result() } as? Wrong, Wrong(number: 7), "it")
            try expectEqual(try await expectError("awaiting") { try await future.value } as? Wrong, Wrong(number: 7), "it")
        }
        try expectEqual(try future.error() as? Wrong, Wrong(number: 7), "the error")
        try expect(future.refusesAll(1) && !future.cancel(), "it could be changed")
    }

    private static let awaitedTwice = Scenario.asyncio(
        "a future can be awaited again, without waiting", "S5", mirrors: "test_futures.BaseFutureTests.test_yield_from_twice"
    ) { loop, _ in
        let future = Future<Int>()
        let order = Box<[String]>([])
        let task = loop.createTask {
            order.value.append("first \(try await future.value)")
            loop.callSoon { order.value.append("a turn later") }
            order.value.append("again \(try await future.value)")
        }
        try await loop.turns(1)
        try future.setResult(42)
        try await task.value
        try await loop.turns(1)
        try expectEqual(order.value, ["first 42", "again 42", "a turn later"], "the order")
    }

    private static let described = Scenario.asyncio(
        "a future describes its state, result, error and callbacks", "S5",
        mirrors: "test_futures.BaseFutureTests.test_future_repr"
    ) { loop, _ in
        let future = Future<Int>()
        try expectEqual("\(future)", "<Future pending>", "pending")
        let here = "SwirlTesting/Futures.swift"
        future.addDoneCallback { _ in }
        try expect("\(future)".hasPrefix("<Future pending cb=[\(here):"), "one callback: \(future)")
        for _ in 0..<9 { future.addDoneCallback { _ in } }
        try expect("\(future)".contains(", <8 more>, \(here):"), "ten callbacks: \(future)")
        try future.setResult(4)
        try expectEqual("\(future)", "<Future finished result=4>", "finished")
        let text = Future<String>()
        try text.setResult("abc")
        try expectEqual("\(text)", "<Future finished result='abc'>", "text")
        let failed = Future<Int>()
        try failed.setError(Wrong(number: 2))
        try expectEqual("\(failed)", "<Future finished error=Wrong(number: 2)>", "failed")
        _ = try failed.error()
    }

    private static let setAfterCancel = Scenario.asyncio(
        "a cancelled future keeps no result that comes late",
        mirrors: "test_futures.BaseFutureTests.test_set_result_unless_cancelled"
    ) { loop, _ in
        let future = Future<Int>()
        future.cancel()
        try? future.setResult(2)
        try expect(future.isCancelled(), "it is not cancelled any more")
        try await expectCancelled("its result") { try future.result() }
    }

    private static let otherThreadSets = Scenario.asyncio(
        "a result brought by another thread reaches who awaits", mirrors: "test_futures.BaseFutureTests.test_wrap_future"
    ) { loop, _ in
        let future = Future<Int>()
        OwnThread.detached { _ = try? loop.callSoonThreadsafe { loop in try? future.setResult(11, on: loop) } }
        try expectEqual(try await future.value, 11, "the result")
    }

    private static let otherThreadCancels = Scenario.asyncio(
        "cancelling from another thread cancels the future in its loop",
        mirrors: "test_futures.BaseFutureTests.test_wrap_future_cancel"
    ) { loop, _ in
        let future = Future<Int>()
        OwnThread.detached { future.cancel() }
        try await expectCancelled("awaiting it") { try await future.value }
        try expect(future.isCancelled(), "its state")
    }

    private static let otherThreadReads = Scenario.loop("another thread reads state and result of a future", "S5 S11") {
        loop, _ in
        for round in 0..<200 {
            let future = Future<[Int]>()
            let seen = Once<[Int]?>()
            OwnThread.detached {
                while !future.isDone() {}
                seen.finish(try? future.result())
            }
            try future.setResult([round, round + 1])
            try expectEqual(await seen.get(), [round, round + 1], "what the other thread read")
        }
    }

    private static let strangerCancels = Scenario.loop(
        "cancelling a stranger's task that awaits a future cancels the future", "S5"
    ) { loop, _ in
        let future = Future<Int>()
        let stranger = Task.detached { try await future.value }
        try await loop.until { "\(loop.operationCount)" != "0" }
        stranger.cancel()
        try await expectCancelled("the stranger") { try await stranger.value }
        try expect(future.isCancelled(), "the future")
    }
}
