import SwirlCore

extension Conformance {
    static let waitings =
        [
            waitAll, waitDuplicates, waitNothing, waitFirst, waitReallyDone, waitFirstError, waitFirstErrorLater, waitWithError,
            waitTimeout, waitTogether, waitIterator, waitGenerator, waitDoesNotShield, waitMixed, waitClosures,
            waitCancelledIsNoError,
            waitForeign, waitLeavesNothing, waitFromOutside,
        ] + waitingForOne

    /// Tasks that end when told.
    private static func tasks(_ loop: isolated Loop, _ count: Int) -> (futures: [Future<Int>], tasks: [LoopTask<Int>]) {
        let futures = (0..<count).map { _ in loop.createFuture(of: Int.self) }
        return (futures, futures.map { future in loop.createTask { (_: isolated Loop) in try await future.value } })
    }

    private static let waitAll = Scenario.asyncio(
        "wait returns when all are done, and again at once", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait"
    ) { loop, _ in
        let (futures, all) = tasks(loop, 2)
        loop.callSoon {
            try? futures[0].setResult(1)
            loop.callLater(.milliseconds(1)) { try? futures[1].setResult(2) }
        }
        for _ in 0..<2 {
            let (done, pending) = try await wait([all[1], all[0]])
            try expectEqual(done, [all[1], all[0]], "done, in the order given")
            try expectEqual(pending, [], "pending")
        }
        let order = Box<[String]>([])
        loop.callSoon { order.value.append("a turn later") }
        _ = try await wait(all)
        order.value.append("returned")
        try await loop.turns(1)
        try expectEqual(order.value, ["returned", "a turn later"], "waiting for what is done")
    }

    private static let waitDuplicates = Scenario.asyncio(
        "wait has each future once", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait_duplicate_coroutines"
    ) { loop, _ in
        let (test, spam) = (loop.createTask { "test" }, loop.createTask { "spam" })
        let (done, pending) = try await wait([test, test, spam])
        try expect(pending.isEmpty, "\(pending)")
        try expectEqual(try done.map { try $0.result() }, ["test", "spam"], "done")
    }

    private static let waitNothing = Scenario.asyncio(
        "wait for nothing is an error", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait_errors"
    ) { loop, _ in
        let error = try await expectError("no futures") { try await wait([Future<Int>]()) }
        try expectEqual("\(error)", "Set of Tasks/Futures is empty.", "the error")
        let none: [@Sendable (isolated Loop) async throws -> Int] = []
        try await expectThrows(FutureError.self, "no closures") { try await wait(none) }
    }

    private static let waitFirst = Scenario.asyncio(
        "wait returns when the first is done", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait_first_completed"
    ) { loop, _ in
        let (futures, all) = tasks(loop, 2)
        loop.callSoon { try? futures[1].setResult(7) }
        let (done, pending) = try await wait(all, returnWhen: .firstCompleted)
        try expectEqual(done, [all[1]], "done")
        try expectEqual(pending, [all[0]], "pending")
        try expect(!all[0].isDone() && !all[0].isCancelling(), "the other was touched")
        try expectEqual(try all[1].result(), 7, "the result")
        try futures[0].setResult(1)
        _ = try await wait(all)
    }

    private static let waitReallyDone = Scenario.asyncio(
        "wait says of all whether they are done when it returns", "S13",
        mirrors: "test_tasks.BaseTaskTests.test_wait_really_done"
    ) { loop, _ in
        let (first, second) = (Future<Int>(), Future<Int>())
        first.addDoneCallback { _ in try? second.setResult(2) }
        loop.callSoon { try? first.setResult(1) }
        let (done, pending) = try await wait([second, first], returnWhen: .firstCompleted)
        try expectEqual(done, [second, first], "done")
        try expect(pending.isEmpty, "\(pending)")
    }

    private static let waitFirstError = Scenario.asyncio(
        "wait for the first error returns when one has failed already", "S13",
        mirrors: "test_tasks.BaseTaskTests.test_wait_first_exception"
    ) { loop, _ in
        let (futures, all) = tasks(loop, 1)
        let failing = loop.createTask { () -> Int in throw Wrong() }
        try await loop.until { failing.isDone() }
        let (done, pending) = try await wait([failing, all[0]], returnWhen: .firstError)
        try expectEqual(done, [failing], "done")
        try expectEqual(pending, all, "pending")
        try expect(try failing.error() is Wrong, "its error")
        try futures[0].setResult(1)
        _ = try await all[0].value
    }

    private static let waitFirstErrorLater = Scenario.asyncio(
        "wait for the first error returns when one fails, not when one succeeds", "S13",
        mirrors: "test_tasks.BaseTaskTests.test_wait_first_exception_in_wait"
    ) { loop, _ in
        let (futures, all) = tasks(loop, 3)
        loop.callSoon {
            try? futures[0].setResult(1)
            loop.callLater(.milliseconds(1)) { try? futures[1].setError(Wrong()) }
        }
        let (done, pending) = try await wait(all, returnWhen: .firstError)
        try expectEqual(done, [all[0], all[1]], "done")
        try expectEqual(pending, [all[2]], "pending")
        _ = (try futures[1].error(), try all[1].error())
        try futures[2].setResult(3)
        _ = try await all[2].value
    }

    private static let waitWithError = Scenario.asyncio(
        "wait throws nobody's error", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait_with_exception"
    ) { loop, _ in
        let failing = loop.createTask { () -> Int in throw Wrong() }
        let (done, pending) = try await wait([failing, loop.createTask { 1 }])
        try expect(done.count == 2 && pending.isEmpty, "\(done) \(pending)")
        try expectEqual(try done.filter { try $0.error() != nil }, [failing], "failed")
    }

    private static let waitTimeout = Scenario.asyncio(
        "wait returns at its timeout, and cancels nothing", "S13",
        mirrors: "test_tasks.BaseTaskTests.test_wait_with_timeout"
    ) { loop, _ in
        let (futures, all) = tasks(loop, 2)
        try futures[0].setResult(1)
        // Before the wait: a machine that is busy elsewhere could be late for any timeout.
        try await loop.until { all[0].isDone() }
        let (done, pending) = try await wait([all[1], all[0]], timeout: .milliseconds(2))
        try expectEqual(done, [all[0]], "done")
        try expectEqual(pending, [all[1]], "pending")
        try expect(!all[1].isCancelling(), "it was cancelled")
        let atOnce = try await wait([all[1]], timeout: .zero)
        try expectEqual(atOnce.pending, [all[1]], "pending, without time")
        try futures[1].setResult(2)
        try expectEqual(try await all[1].value, 2, "its result")
    }

    private static let waitTogether = Scenario.asyncio(
        "what is done at the very timeout is done", "S13",
        mirrors: "test_tasks.BaseTaskTests.test_wait_concurrent_complete"
    ) { loop, _ in
        for round in 0..<50 {
            let time = Duration.microseconds(round * 4 + 1)
            let future = loop.createFuture(of: Int.self)
            loop.callLater(time) { try? future.setResult(round) }
            let (done, pending) = try await wait([future], timeout: time)
            try expect(done == [future] && pending.isEmpty, "done: \(done), pending: \(pending)")
            try expectEqual(try future.result(), round, "its result")
        }
    }

    private static let waitIterator = Scenario.asyncio(
        "wait takes any sequence", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait_with_iterator_of_tasks"
    ) { loop, _ in
        let all: Set = [loop.createTask { 1 }, loop.createTask { 2 }]
        let (done, pending) = try await wait(all)
        try expect(Set(done) == all && pending.isEmpty, "\(done) \(pending)")
    }

    private static let waitGenerator = Scenario.asyncio(
        "wait makes the tasks of a lazy sequence once", "S13", mirrors: "test_tasks.BaseTaskTests.test_wait_generator"
    ) { loop, _ in
        let made = Box(0)
        let (done, pending) = try await wait(
            (0..<10).lazy.map { number in
                made.value += 1
                return loop.createTask { (_: isolated Loop) in number }
            })
        try expect(done.count == 10 && pending.isEmpty && made.value == 10, "\(done.count) of \(made.value)")
    }

    private static let waitDoesNotShield = Scenario.asyncio(
        "a cancelled wait ends early, and what it waits for goes on", "S13",
        mirrors: "test_tasks.BaseTaskTests.test_yield_wait_does_not_shield_cancel"
    ) { loop, _ in
        let (waiter, proof) = (Future<Int>(), Box(0))
        let inner = loop.createTask { proof.value += try await waiter.value }
        let outer = loop.createTask {
            _ = try await wait([inner])
            proof.value += 100
        }
        try await loop.turns(4)
        outer.cancel()
        try await expectCancelled("the outer") { try await outer.value }
        try expect(!inner.isCancelling(), "\(inner)")
        try waiter.setResult(1)
        try await inner.value
        try expectEqual(proof.value, 1, "who went on")
    }

    private static let waitMixed = Scenario.loop("wait takes futures of several types", "S13") { loop, _ in
        let (number, text, nothing) = (loop.createTask { 1 }, loop.createTask { "a" }, Future<Void>())
        try nothing.setResult(())
        let (done, pending) = try await wait([number, text, nothing] as [AnyFuture])
        try expect(done.count == 3 && pending.isEmpty, "\(done) \(pending)")
        try expect(done[1] === text, "the order")
    }

    private static let waitClosures = Scenario.loop("wait takes closures, and starts them in their order", "S13 E5 E6 E7") {
        loop, _ in
        let order = Box<[String]>([])
        let bodies = (0..<3).map { number -> @Sendable (isolated Loop) async throws -> String in
            { loop in
                order.value.append("begins \(number)")
                try await loop.sleep(for: .milliseconds(1))
                order.value.append("ends \(number)")
                return "Zarten_\(number)"
            }
        }
        let (done, pending) = try await wait(bodies)
        try expectEqual(order.value, (0..<3).map { "begins \($0)" } + (0..<3).map { "ends \($0)" }, "the order")
        try expectEqual(try done.map { try $0.result() }, ["Zarten_0", "Zarten_1", "Zarten_2"], "the results")
        try expect(pending.isEmpty, "\(pending)")
    }

    private static let waitCancelledIsNoError = Scenario.loop("a cancelled future does not end a wait for the first error", "S13")
    {
        loop, _ in
        let (first, second) = (Future<Int>(), Future<Int>())
        first.cancel()
        let early = try await wait([first, second], returnWhen: .firstError, timeout: .milliseconds(1))
        try expectEqual(early.pending, [second], "pending")
        try second.setResult(1)
        try expectEqual(try await wait([first, second], returnWhen: .firstError).done.count, 2, "done")
    }

    private static let waitForeign = Scenario.blocking("wait and gather refuse futures of several loops", "S13 FUT-02") {
        context in
        let (loop, other) = (try Loop(context.backend, options: .testing), try Loop(context.backend, options: .testing))
        let foreign = other.createFuture(of: Int.self)
        try loop.runUntilComplete { loop in
            let futures = [Future<Int>(), foreign]
            try await expectThrows(FutureError.self, "wait") { try await wait(futures) }
            try await expectThrows(FutureError.self, "gather") { try await gather(futures) }
            try await expectThrows(FutureError.self, "asCompleted") { try asCompleted(futures) }
        }
        try loop.close()
        try other.close()
    }

    private static let waitLeavesNothing = Scenario.loop("waits that ended leave nothing in a future that goes on", "S13") {
        loop, _ in
        let future = Future<Int>()
        for _ in 0..<50 {
            _ = try await wait([future], timeout: .zero)
            try expectEqual("\(future)", "<Future pending>", "its callbacks")
        }
        weak var gone: AnyFuture?
        do {
            let done = loop.createFuture(of: Int.self)
            gone = done
            try done.setResult(1)
            _ = try await wait([done, future], returnWhen: .firstCompleted)
        }
        try await loop.turns(2)
        try expect(gone == nil, "a future that is done is still held")
    }

    private static let waitFromOutside = Scenario.loop("tasks of no loop can wait, gather and shield, too", "S13") { loop, _ in
        let futures = (0..<3).map { _ in loop.createFuture(of: Int.self) }
        let pending = Future<Int>()
        let shielded = Task.detached { try await shield(pending) }
        let stranger = Task.detached {
            let gathered = try await gather(futures)
            let waited = try await wait(futures).done.count
            var sum = try await shield(futures[0]) + waitFor(futures[1], timeout: .seconds(5))
            for try await future in try asCompleted(futures) { sum += try future.result() }
            return (gathered, waited, sum)
        }
        try await loop.sleep(for: .milliseconds(1))
        for (index, future) in futures.enumerated() { try future.setResult(index) }
        try pending.setResult(9)
        try expectEqual(try await shielded.value, 9, "shielded")
        let (gathered, waited, sum) = try await stranger.value
        try expectEqual(gathered, [0, 1, 2], "gathered")
        try expectEqual(waited, 3, "waited")
        try expectEqual(sum, 4, "the sum")
    }
}
