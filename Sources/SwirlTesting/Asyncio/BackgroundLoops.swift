import SwirlCore

extension Conformance {
    static let loopThreads = [
        threadRuns, threadMainGoesOn, threadStopsFromInside, threadJoinsOnce, threadOwnStop, threadStopCancels, threadAsyncEnd,
        threadDropped, submitReturns, submitThrows, submitCancelled, submitClosed,
    ]

    /// The article's E8 and E9, but for the prints.
    static let threadRuns = Scenario.blocking(
        "a loop in a thread of its own runs what others post, in order", "S18 S15"
    ) { context in
        let background = try LoopThread(context.backend, options: .testing)
        try expect(background.loop.isRunning, "it does not run")
        let order = Journal()
        let done = Once<Void>()
        // The loop is busy meanwhile, so that the first is cancelled in time.
        let gate = Once<Void>()
        try background.loop.callSoonThreadsafe { _ in _ = gate.wait(.seconds(5)) }
        let first = try background.loop.callSoonThreadsafe { _ in order.add("Zarten1") }
        first.cancel()
        gate.finish(())
        try background.loop.callSoonThreadsafe { _ in order.add("Zarten2") }
        try background.loop.callSoonThreadsafe { _ in
            order.add("Zarten3")
            done.finish(())
        }
        try expect(done.wait(.seconds(5)) != nil, "the posts do not run")
        try expectEqual(order.all, ["Zarten2", "Zarten3"], "what ran")
        try background.stop()
        try expect(background.loop.isClosed, "it is not closed")
    }

    static let threadMainGoesOn = Scenario.blocking(
        "who starts a loop in a thread is not blocked by it", "S18"
    ) { context in
        let background = try LoopThread(context.backend, options: .testing)
        let gate = Once<Void>()
        let waiting = Once<Bool>()
        try background.loop.callSoonThreadsafe { _ in waiting.finish(gate.wait(.seconds(5)) != nil) }
        // The loop is blocked until this thread gets here.
        gate.finish(())
        try expectEqual(waiting.wait(.seconds(5)), true, "the loop's callback")
        try background.stop()
    }

    /// A process that only joins lives until somebody posts the stop: the article's last remark.
    static let threadStopsFromInside = Scenario.blocking(
        "a join lasts until a post stops the loop", "S18 S15"
    ) { context in
        let background = try LoopThread(context.backend, options: .testing)
        let steps = Journal()
        let joined = Once<Void>()
        OwnThread.detached {
            try? background.join()
            steps.add("joined")
            joined.finish(())
        }
        let ran = Once<Void>()
        try background.loop.callSoonThreadsafe { _ in
            steps.add("callback")
            ran.finish(())
        }
        _ = ran.wait(.seconds(5))
        try background.loop.callSoonThreadsafe { loop in
            steps.add("stop")
            loop.stop()
        }
        try expect(joined.wait(.seconds(5)) != nil, "the join does not end")
        try expectEqual(steps.all, ["callback", "stop", "joined"], "the order")
    }

    static let threadJoinsOnce = Scenario.blocking(
        "stopping twice and joining twice is the same as once", "S18"
    ) { context in
        let background = try LoopThread(context.backend, options: .testing)
        try background.stop()
        try background.stop()
        try background.join()
        try expect(background.loop.isClosed, "it is not closed")
    }

    static let threadOwnStop = Scenario.blocking(
        "a loop's own thread cannot wait for its end, and says so", "S18 S17"
    ) { context in
        let background = try LoopThread(context.backend, options: .testing)
        let results = Once<[Bool]>()
        try background.loop.callSoonThreadsafe { _ in
            results.finish([
                failed(Result { try background.stop() }, LoopError.cannotCloseWhileRunning),
                failed(Result { try background.join() }, LoopError.cannotCloseWhileRunning),
            ])
        }
        try expectEqual(results.wait(.seconds(5)), [true, true], "refused: stop, join")
        try expect(background.loop.isRunning, "it runs no more")
        try background.stop()
    }

    static let threadStopCancels = Scenario.blocking(
        "stopping a loop's thread cancels its tasks and waits for them", "S18"
    ) { context in
        let background = try LoopThread(context.backend, options: .testing)
        let steps = Journal()
        let begun = Once<Void>()
        _ = try background.loop.submit { loop in
            begun.finish(())
            do { try await loop.sleep(for: .seconds(100)) } catch { steps.add("\(error is CancellationError)") }
        }
        _ = begun.wait(.seconds(5))
        try background.stop()
        try expectEqual(steps.all, ["true"], "what the task saw")
        let refused = Result { _ = try background.loop.submit { _ in } }
        try expect(failed(refused, LoopError.closed), "\(refused)")
    }

    static let threadAsyncEnd = Scenario.loop(
        "the end of a loop's thread can be awaited", "S18"
    ) { loop, context in
        let background = try LoopThread(context.backend, options: .testing)
        let waiting = loop.createTask { try await background.ended() }
        try await loop.turns(3)
        let isDone = waiting.isDone()
        try expect(!isDone, "it ended by itself")
        background.loop.stop()
        try await waiting.value
        try expect(background.loop.isClosed, "it is not closed")
        try await background.ended()
    }

    static let threadDropped = Scenario.blocking(
        "a loop's thread that is dropped stops by itself", "S18"
    ) { context in
        let witness = Witness()
        func start() throws {
            let background = try LoopThread(context.backend, options: .testing)
            witness.watch(background.loop.core)
        }
        for _ in 0..<3 {
            try start()
            try witness.expectGone()
        }
    }

    static let submitReturns = Scenario.blocking(
        "a submitted task runs on the loop", "S17"
    ) { context in
        try withLoop(context) { loop in
            let answer = Once<Int>()
            _ = try loop.submit { loop in
                try await loop.sleep(for: .microseconds(50))
                answer.finish(Loop.current === loop ? 3 : -1)
            }
            try expectEqual(answer.wait(.seconds(5)), 3, "the result")
        }
    }

    static let submitThrows = Scenario.loop(
        "a submitted task's error is rethrown to who awaits it", "S17"
    ) { loop, _ in
        let error = await Task.detached {
            await resultOf { try await loop.submit { _ in throw Wrong() }.value }
        }.value
        try expect({ if case .failure(let error) = error { error is Wrong } else { false } }(), "\(error)")
    }

    static let submitCancelled = Scenario.blocking(
        "cancelling a submitted task from its thread cancels it on the loop", "S17"
    ) { context in
        try withLoop(context) { loop in
            let begun = Once<Void>()
            let seen = Once<Bool>()
            let task = try loop.submit { loop in
                begun.finish(())
                do { try await loop.sleep(for: .seconds(100)) } catch { seen.finish(error is CancellationError) }
            }
            _ = begun.wait(.seconds(5))
            task.cancel()
            try expectEqual(seen.wait(.seconds(5)), true, "what the task saw")
        }
    }

    static let submitClosed = Scenario.blocking(
        "a closed loop takes no task", "S17 S7"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        try loop.close()
        let ran = Counter()
        try expect(failed(Result { _ = try loop.submit { _ in ran.add() } }, LoopError.closed), "submit")
        try expectEqual(ran.value, 0, "bodies that ran")
    }
}
