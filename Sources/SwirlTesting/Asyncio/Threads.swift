import SwirlCore

extension Conformance {
    static let threads = blockingCalls + loopThreads + posting

    static let blockingCalls = [
        blockingReturns, blockingThrows, blockingOnce, blockingMany, blockingCaptures, blockingTaskLocals, blockingElsewhere,
        blockingGoesOn, blockingLine, blockingQueuedCancel, blockingRunningCancel, blockingFromThread, blockingClosed,
        blockingLateResult, blockingLeftBehind, blockingTimeout,
    ]

    static let blockingReturns = Scenario.asyncio(
        "runBlocking returns what the call returns", "S8",
        mirrors: "test_threads.ToThreadTests.test_to_thread"
    ) { loop, _ in
        let sum = try await loop.runBlocking { [40, 2].reduce(0, +) }
        try expectEqual(sum, 42, "the result")
    }

    static let blockingThrows = Scenario.asyncio(
        "runBlocking throws what the call throws", "S8",
        mirrors: "test_threads.ToThreadTests.test_to_thread_exception"
    ) { loop, _ in
        struct Test: Error {}
        let error = try await expectError("the call") { try await loop.runBlocking { throw Test() } }
        try expect(error is Test, "\(error)")
    }

    static let blockingOnce = Scenario.asyncio(
        "runBlocking calls once", "S8",
        mirrors: "test_threads.ToThreadTests.test_to_thread_once"
    ) { loop, _ in
        let calls = Counter()
        try await loop.runBlocking { calls.add() }
        try await loop.turns()
        try expectEqual(calls.value, 1, "calls")
    }

    static let blockingMany = Scenario.asyncio(
        "many calls at once all run, and all callers go on", "S8",
        mirrors: "test_threads.ToThreadTests.test_to_thread_concurrent"
    ) { loop, _ in
        let calls = Counter()
        let tasks = (0..<100).map { number in
            loop.createTask {
                try await loop.runBlocking {
                    calls.add()
                    return number
                }
            }
        }
        for (number, task) in tasks.enumerated() { try expectEqual(try await task.value, number, "a result") }
        try expectEqual(calls.value, 100, "calls")
    }

    static let blockingCaptures = Scenario.asyncio(
        "a call takes along what it captures, and lets it go", "S8",
        mirrors: "test_threads.ToThreadTests.test_to_thread_args_kwargs"
    ) { loop, _ in
        let held = Gone()
        let text = "test"
        let result = try await loop.runBlocking { [token = held.make()] in
            withExtendedLifetime(token) { text + " something" }
        }
        try expectEqual(result, "test something", "the result")
        // The thread's own reference goes a moment after the result came.
        try await loop.until { held.isGone }
    }

    enum Context {
        @TaskLocal static var pet = "none"
    }

    static let blockingTaskLocals = Scenario.asyncio(
        "a call sees its caller's task-local values", "S8",
        mirrors: "test_threads.ToThreadTests.test_to_thread_contextvars"
    ) { loop, _ in
        let pet = try await Context.$pet.withValue("parrot") { try await loop.runBlocking { Context.pet } }
        try expectEqual(pet, "parrot", "the value in the call")
        let none = try await loop.runBlocking { Context.pet }
        try expectEqual(none, "none", "the value in a call without")
    }

    static let blockingElsewhere = Scenario.asyncio(
        "a call runs on another thread, and its caller goes on where it was", "S8 S2",
        mirrors: "test_events.EventLoopTestsMixin.test_run_in_executor"
    ) { loop, _ in
        let isHere = try await loop.runBlocking { Loop.current === loop }
        try expect(!isHere, "the call ran on the loop's thread")
        try expect(Loop.current === loop, "the caller came back elsewhere")
    }

    /// What a blocking call in a task does to all others, and what this is for.
    static let blockingGoesOn = Scenario.loop(
        "a loop goes on while a call blocks, where a task that blocks holds everything", "S8 S1"
    ) { loop, _ in
        let gate = Once<Void>()
        let order = Box<[String]>([])
        let call = loop.createTask {
            _ = try await loop.runBlocking { gate.wait(.seconds(5)) }
            order.value.append("call")
        }
        let other = loop.createTask {
            try await loop.turns(5)
            order.value.append("other")
            gate.finish(())
        }
        try await call.value
        try await other.value
        try expectEqual(order.value, ["other", "call"], "the order beside a call")
        order.value = []
        loop.callSoon { order.value.append("callback") }
        _ = Once<Void>().wait(.milliseconds(2))
        order.value.append("after blocking")
        try await loop.turns(1)
        try expectEqual(order.value, ["after blocking", "callback"], "the order beside a task that blocks")
    }

    private static var oneAtATime: LoopOptions {
        var options = LoopOptions.testing
        options.blockingCallsMax = 1
        return options
    }

    static let blockingLine = Scenario.loop(
        "calls over the limit wait in line, first in first out", "S8", options: oneAtATime
    ) { loop, _ in
        let order = Journal()
        let atOnce = Counter()
        let tooMany = Counter()
        let tasks = (0..<20).map { number in
            loop.createTask {
                try await loop.runBlocking {
                    atOnce.add()
                    if atOnce.value > 1 { tooMany.add() }
                    order.add("\(number)")
                    atOnce.add(-1)
                }
            }
        }
        for task in tasks { try await task.value }
        try expectEqual(order.all, (0..<20).map { "\($0)" }, "the order")
        try expectEqual(tooMany.value, 0, "calls beside another")
    }

    static let blockingQueuedCancel = Scenario.loop(
        "a cancelled call that is in line never runs", "S8", options: oneAtATime
    ) { loop, _ in
        let gate = Once<Void>()
        let begun = Once<Void>()
        let ran = Journal()
        let first = loop.createTask {
            try await loop.runBlocking {
                begun.finish(())
                _ = gate.wait(.seconds(5))
                ran.add("first")
            }
        }
        await begun.get()
        let held = Gone()
        let second = loop.createTask { [token = held.make()] in
            try await loop.runBlocking { withExtendedLifetime(token) { ran.add("second") } }
        }
        let third = loop.createTask { try await loop.runBlocking { ran.add("third") } }
        try await loop.turns(2)
        second.cancel()
        try await expectCancelled("the second") { try await second.value }
        gate.finish(())
        try await first.value
        try await third.value
        try expectEqual(ran.all, ["first", "third"], "what ran")
    }

    static let blockingRunningCancel = Scenario.loop(
        "a cancelled caller goes on at once, and its call can see it", "S8 LOOP-12"
    ) { loop, _ in
        let begun = Once<Void>()
        let seen = Once<Bool>()
        let task = loop.createTask {
            try await loop.runBlocking {
                begun.finish(())
                for _ in 0..<5000 where !Task.isCancelled { _ = Once<Void>().wait(.milliseconds(1)) }
                seen.finish(Task.isCancelled)
            }
        }
        await begun.get()
        task.cancel()
        try await expectCancelled("the call") { try await task.value }
        try expect(await seen.get(), "the call did not see it")
        // A cancelled task starts none.
        let ran = Counter()
        let cancelled = loop.createTask {
            _ = try? await loop.sleep(for: .seconds(100))
            try await loop.runBlocking { ran.add() }
        }
        try await loop.turns(1)
        cancelled.cancel()
        _ = try await expectError("a cancelled task") { try await cancelled.value }
        try expectEqual(ran.value, 0, "calls of a cancelled task")
    }

    static let blockingFromThread = Scenario.loop(
        "tasks of other executors can use a loop's pool", "S8"
    ) { loop, _ in
        let result = try await Task.detached {
            let answer = try await loop.runBlocking { 7 }
            try expect(Loop.current == nil, "a detached task stayed on the loop")
            return answer
        }.value
        try expectEqual(result, 7, "the result")
        let gate = Once<Void>()
        let begun = Once<Void>()
        let waiting = Task.detached {
            try await loop.runBlocking {
                begun.finish(())
                _ = gate.wait(.seconds(5))
            }
        }
        await begun.get()
        waiting.cancel()
        try await expectCancelled("a cancelled one") { try await waiting.value }
        gate.finish(())
    }

    static let blockingClosed = Scenario.blocking(
        "a closed loop makes no calls", "S8"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        try loop.runUntilComplete { _ in }
        try loop.close()
        let ran = Counter()
        let result = Once<Result<Void, any Error>>()
        Task.detached {
            result.finish(await resultOf { try await loop.runBlocking { ran.add() } })
        }
        try expect(failed(try require(result.wait(.seconds(5)), "no answer"), LoopError.closed), "the error")
        try expectEqual(ran.value, 0, "calls")
    }

    /// asyncio's executor calls back into a loop that is closed, if it does not look.
    static let blockingLateResult = Scenario.asyncioBlocking(
        "the late result of an abandoned call disturbs nobody, closed or not", "S8",
        mirrors: "test_events.EventLoopTestsMixin.test_run_in_executor_cancel"
    ) { context in
        let gate = Once<Void>()
        let begun = Once<Void>()
        let ended = Once<Void>()
        let loop = try Loop(context.backend, options: .testing)
        try loop.runUntilComplete { loop in
            let task = loop.createTask {
                try await loop.runBlocking {
                    begun.finish(())
                    _ = gate.wait(.seconds(5))
                    ended.finish(())
                }
            }
            await begun.get()
            task.cancel()
            _ = try? await task.value
        }
        // Closing waits for it.
        OwnThread.detached { gate.finish(()) }
        try loop.close()
        try expect(ended.wait(.zero) != nil, "the close did not wait for the call")
    }

    static let blockingLeftBehind = Scenario.asyncioBlocking(
        "a call that does not end holds the close for its deadline only", "S8 LOOP-12",
        mirrors: "test_base_events.BaseEventLoopTests.test_shutdown_default_executor_timeout"
    ) { context in
        var options = LoopOptions.testing
        options.closeDeadline = .milliseconds(20)
        let gate = Once<Void>()
        let ended = Once<Void>()
        let loop = try Loop(context.backend, options: options)
        try loop.runUntilComplete { loop in
            let begun = Once<Void>()
            loop.createTask {
                try await loop.runBlocking {
                    begun.finish(())
                    _ = gate.wait(.seconds(8))
                    ended.finish(())
                }
            }
            await begun.get()
        }
        try loop.close()
        try expect(loop.isClosed && ended.wait(.zero) == nil, "the close waited for it")
        gate.finish(())
        try expect(ended.wait(.seconds(5)) != nil, "the call did not go on")
    }

    static let blockingTimeout = Scenario.loop(
        "calls that hang do not keep others of the pool from their limit", "S8"
    ) { loop, _ in
        let gate = Once<Void>()
        let hanging = (0..<15).map { _ in loop.createTask { _ = try await loop.runBlocking { gate.wait(.seconds(5)) } } }
        try await loop.turns(2)
        // The sixteenth has a thread.
        try expectEqual(try await loop.runBlocking { 1 }, 1, "the result")
        gate.finish(())
        for task in hanging { try await task.value }
    }
}
