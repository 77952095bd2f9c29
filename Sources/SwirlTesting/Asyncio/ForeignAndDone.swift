import SwirlCore

/// What belongs to another loop, and what is done.
extension Conformance {
    static let foreignAndDone = [
        foreignFutureIsRefused, wrongThreadsAreReported, doneFuturesLetOthersRun, cancelledGetsNothingCompleted,
        cancelledCallbackLetsGo, settledWithCancellation, waitForNamesItself,
    ]

    private static func isForeign(_ error: (any Error)?) -> Bool {
        if case .foreignLoop? = error as? FutureError { true } else { false }
    }

    private static let foreignFutureIsRefused = Scenario.blocking(
        "a future of another loop is not set by this one's code", "S2 FUT-02"
    ) { context in
        let (loop, other) = (try Loop(context.backend), try Loop(context.backend))
        let future = other.createFuture(of: Int.self)
        try loop.runUntilComplete { loop in
            try expect(
                isForeign(
                    refusal {
                        _ = loop; try future.setResult(1)
                    }), "setResult")
            try expect(
                isForeign(
                    refusal {
                        _ = loop; try future.setError(Wrong())
                    }), "setError")
            try expect(!future.isDone(), "\(future)")
        }
        try other.runUntilComplete { other in
            try future.setResult(2)
            try expectEqual(try await future.value, 2, "the result")
        }
        try loop.close()
        try other.close()
    }

    private static let wrongThreadsAreReported = Scenario.blocking(
        "debug mode reports each refusal of a wrong thread", "S8"
    ) { context in
        let reports = Reports()
        var options = LoopOptions.testing
        options.debug = true
        options.debugHandler = { reports.add($0) }
        let (loop, other) = (try Loop(context.backend, options: options), try Loop(context.backend))
        let future = loop.createFuture(of: Int.self)
        let (lock, scope) = (Once<Lock>(), Once<Timeout>())
        try loop.runUntilComplete { loop in
            lock.finish(Lock())
            _ = try await withTimeout(nil) { scope.finish($0) }
            try expect(
                refusal {
                    _ = loop; return try blockingResult(future)
                } is FutureError, "result(timeout:)")
        }
        try other.runUntilComplete { other in
            try await expectThrows(WrongLoopError.self, "acquire") { try await lock.wait(.zero)!.acquire() }
            try expect(
                refusal {
                    _ = other; try future.setResult(1)
                } is FutureError, "setResult")
            try expect(
                refusal {
                    _ = other; try scope.wait(.zero)!.reschedule(to: nil)
                } is LoopError, "reschedule")
        }
        let calls = reports.all.compactMap { if case .wrongThread(let call) = $0 { call } else { nil } }
        for call in ["Lock.acquire", "Future.setResult", "Timeout.reschedule", "Future.result(timeout:)"] {
            try expect(calls.contains { $0.contains(call) }, "\(call) is not among \(calls)")
        }
        try loop.close()
        try other.close()
    }

    /// Not callable from async code by its name.
    private static func blockingResult<T>(_ future: Future<T>) throws -> T { try future.result(timeout: .zero) }

    private static let doneFuturesLetOthersRun = Scenario.loop(
        "a task that asks again and again for what is done lets others run", "ORD-02 S13"
    ) { loop, _ in
        let future = Future<Int>()
        try future.setResult(1)
        let asks: [(String, @Sendable () async throws -> Void)] = [
            ("value", { _ = try await future.value }),
            ("wait", { _ = try await wait([future]) }),
            ("gather", { _ = try await gather([future]) }),
            ("gather with errors", { _ = try await gather(returnErrors: [future]) }),
            ("asCompleted", { for try await _ in try asCompleted([future]) {} }),
            ("shield", { _ = try await shield(future) }),
            ("waitFor", { _ = try await waitFor(future, timeout: .seconds(100)) }),
            ("waitFor without time", { _ = try await waitFor(future, timeout: .zero) }),
        ]
        let asksMax = 20_000
        for (name, ask) in asks {
            let flag = Box(false)
            let task = loop.createTask { () -> Int in
                var count = 0
                while !flag.value && count < asksMax {
                    try await ask()
                    count += 1
                }
                return count
            }
            loop.callLater(.zero) { flag.value = true }
            try expect(try await task.value < asksMax, "\(name): a callback had to wait until the task gave up")
        }
    }

    private static let cancelledGetsNothingCompleted = Scenario.loop(
        "a cancelled task gets nothing of asCompleted, though there is something", "S13"
    ) { loop, _ in
        let future = Future<Int>()
        try future.setResult(1)
        let task = loop.createTask {
            LoopTask.current?.cancel()
            for try await _ in try asCompleted([future]) {}
        }
        try await expectCancelled("it") { try await task.value }
        for try await done in try asCompleted([future]) { try expectEqual(try done.result(), 1, "somebody else's") }
    }

    private static func addCallback(to future: Future<Int>, holding held: Box<Int>, on loop: isolated Loop) -> Handle {
        future.addDoneCallback { _ in held.value += 1 }
    }

    private static let cancelledCallbackLetsGo = Scenario.loop(
        "a done callback that was cancelled lets go of what it captured", "FUT-05 S5"
    ) { loop, _ in
        let future = Future<Int>()
        for isElsewhere in [false, true] {
            var held: Box<Int>? = Box(0)
            weak let left = held
            let handle = addCallback(to: future, holding: held!, on: loop)
            held = nil
            try expect(left != nil, "the callback holds nothing")
            if isElsewhere { OwnThread { handle.cancel() }.join() } else { handle.cancel() }
            try await loop.turns()
            try expect(left == nil, "cancelled on another thread: \(isElsewhere)")
        }
        try expectEqual("\(future)", "<Future pending>", "the future")
        try future.setResult(1)
    }

    private static func makeAndFail(on loop: isolated Loop) throws {
        try Future<Int>().setError(CancellationError())
    }

    private static let settledWithCancellation = Scenario.loop(
        "a CancellationError that a future was set to is an error like others", "FUT-04 S3"
    ) { loop, _ in
        let reports = loop.reports()
        try makeAndFail(on: loop)
        try await loop.turns()
        try expectEqual(reports.value.count, 1, "reports of one that was dropped: \(reports.value)")
        let cancelled = Future<Int>()
        cancelled.cancel()
    }

    private static let waitForNamesItself = Scenario.loop("a waitFor of a closure is what its TimeoutError names", "S13") {
        loop, _ in
        let error = try await expectError("it") {
            try await waitFor(timeout: .milliseconds(1)) { try await loop.sleep(for: .seconds(100)) }
        }
        try expectEqual((error as? TimeoutError)?.operation, "waitFor", "\(error)")
    }
}
