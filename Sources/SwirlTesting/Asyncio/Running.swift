import SwirlCore

extension Conformance {
    static let running = runningLoops + currentLoops + runners + interrupting

    static let runningLoops = [
        runFuture, runBody, runNested, runStopped, runForeignFuture, runClosed, closeInside, runPreStopped, runLeavesNoStop,
        runAnother, runRefusedMakesNothing, runsInOneThread, stopFromThread, messages,
    ]

    static let runFuture = Scenario.asyncioBlocking(
        "runUntilComplete of a future returns its result or throws its error", "S7 S4",
        mirrors: "test_events.EventLoopTestsMixin.test_run_until_complete"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let fine = loop.createTask { () async throws -> String in
            try await loop.sleep(for: .microseconds(10))
            return "done"
        }
        let failing = loop.createTask { () async throws -> Int in throw Wrong() }
        try expectEqual(try loop.runUntilComplete(fine), "done", "the result")
        // Done already: one turn, and the same again.
        try expectEqual(try loop.runUntilComplete(fine), "done", "the result once more")
        let result = Result { try loop.runUntilComplete(failing) }
        try expect({ if case .failure(let error) = result { error is Wrong } else { false } }(), "\(result)")
        try expect(!loop.isRunning && !loop.isClosed, "the state after")
        try loop.close()
    }

    static let runBody = Scenario.blocking(
        "what a run leaves behind goes on in the next", "S7 S4"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let steps = Journal()
        try loop.runUntilComplete { loop in
            loop.createTask {
                steps.add("begins")
                try await loop.sleep(for: .milliseconds(1))
                steps.add("ends")
                loop.stop()
            }
            try await loop.turns(1)
        }
        try expectEqual(steps.all, ["begins"], "after the first run")
        try loop.runForever()
        try expectEqual(steps.all, ["begins", "ends"], "after the second")
        try loop.close()
    }

    static let runNested = Scenario.asyncio(
        "a loop that runs cannot be run again", "S7",
        mirrors: "test_events.EventLoopTestsMixin.test_run_until_complete_nesting"
    ) { loop, _ in
        let ran = Box(false)
        let nested = runHere { try loop.runUntilComplete { _ in ran.value = true } }
        try expect(failed(nested, LoopError.alreadyRunning), "\(nested)")
        try await loop.turns()
        try expect(!ran.value, "what was refused runs all the same")
    }

    static let runStopped = Scenario.asyncioBlocking(
        "a stop before the future is done is an error, and the future goes on in the next run", "S7",
        mirrors: "test_events.EventLoopTestsMixin.test_run_until_complete_stopped"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let task = loop.createTask {
            loop.stop()
            try await loop.sleep(for: .milliseconds(1))
            return 5
        }
        let result = Result { try loop.runUntilComplete(task) }
        try expect(failed(result, LoopError.stoppedBeforeCompletion), "\(result)")
        try expectEqual(try loop.runUntilComplete(task), 5, "the next run")
        try loop.close()
    }

    static let runForeignFuture = Scenario.asyncioBlocking(
        "a future of another loop is refused", "S7",
        mirrors: "test_base_events.BaseEventLoopTests.test_run_until_complete_loop"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let other = try Loop(context.backend, options: .testing)
        let task = other.createTask { 1 }
        let result = Result { try loop.runUntilComplete(task) }
        try expect(failed(result, LoopError.foreignFuture), "\(result)")
        try expectEqual(try other.runUntilComplete(task), 1, "its own loop")
        try loop.close()
        try other.close()
    }

    static let runClosed = Scenario.asyncioBlocking(
        "a closed loop does not run, and closing it again does nothing", "S7 S4",
        mirrors: "test_base_events.BaseEventLoopTests.test_close"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        try expect(!loop.isClosed, "a new loop")
        let future = try loop.runUntilComplete { _ in Future<Int>() }
        try loop.close()
        try expect(loop.isClosed && !loop.isRunning, "after the close")
        try loop.close()
        try loop.close()
        try expect(failed(Result { try loop.runForever() }, LoopError.closed), "runForever")
        try expect(failed(Result { try loop.runUntilComplete(future) }, LoopError.closed), "runUntilComplete")
    }

    static let closeInside = Scenario.asyncio(
        "a loop that runs cannot be closed", "S7",
        mirrors: "test_events.EventLoopTestsMixin.test_close_running_event_loop"
    ) { loop, _ in
        let result = runHere { try loop.close() }
        try expect(failed(result, LoopError.cannotCloseWhileRunning), "\(result)")
        try expect(loop.isRunning && !loop.isClosed, "the state after")
        try await loop.turns()
    }

    static let runPreStopped = Scenario.asyncioBlocking(
        "a stop before the run is one turn", "S4",
        mirrors: "test_base_events.BaseEventLoopTests.test_run_forever_pre_stopped"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let ran = Counter()
        loop.stop()
        try loop.callSoonThreadsafe { loop in
            ran.add()
            loop.callSoon { ran.add() }
        }
        try loop.runForever()
        try expectEqual(ran.value, 1, "callbacks in the one turn")
        loop.stop()
        try loop.runForever()
        try expectEqual(ran.value, 2, "callbacks after the second")
        try loop.close()
    }

    static let runLeavesNoStop = Scenario.asyncioBlocking(
        "a run that throws leaves no stop behind for the next", "S7",
        mirrors: "test_base_events.BaseEventLoopTests.test_run_until_complete_baseexception"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let result = Result { try loop.runUntilComplete { _ in throw Wrong() } }
        if case .success = result { throw ScenarioFailure("it did not throw") }
        let steps = Counter()
        try loop.callSoonThreadsafe { loop in
            steps.add()
            loop.callSoon {
                loop.callSoon {
                    steps.add()
                    loop.stop()
                }
            }
        }
        try loop.runForever()
        try expectEqual(steps.value, 2, "steps of the second run, three turns")
        try loop.close()
    }

    static let runAnother = Scenario.asyncio(
        "another loop cannot run a body where one runs", "S7",
        mirrors: "test_base_events.RunningLoopTests.test_running_loop_within_a_loop"
    ) { loop, context in
        let other = try Loop(context.backend, options: .testing)
        let ran = Box(false)
        let result = runHere { try other.runUntilComplete { _ in ran.value = true } }
        try expect(failed(result, LoopError.anotherLoopIsRunning), "\(result)")
        try await loop.turns(1)
        try expect(!ran.value, "what was refused ran")
        let closed = Once<Result<Void, any Error>>()
        OwnThread { closed.finish(Result { try other.close() }) }.join()
        try closed.wait(.zero)!.get()
    }

    static let runRefusedMakesNothing = Scenario.blocking(
        "a run that is refused leaves no task for the next", "S7"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let steps = Journal()
        try loop.runUntilComplete { _ in steps.add("first") }
        OwnThread {
            let refused = Result { try loop.runUntilComplete { _ in steps.add("on another thread") } }
            if failed(refused, LoopError.wrongThread) { steps.add("refused") }
        }.join()
        try loop.runUntilComplete { loop in try await loop.turns() }
        try expectEqual(steps.all, ["first", "refused"], "what ran")
        try expectEqual(loop.taskCount, 0, "tasks")
        try loop.close()
    }

    /// S2: everything of one loop on its one thread, also what comes from others and from group children.
    static let runsInOneThread = Scenario.loop(
        "callbacks, tasks and children all run on the loop's thread", "S2 S1"
    ) { loop, _ in
        let wrong = Counter()
        let ran = Counter()
        let look: @Sendable () -> Void = {
            ran.add()
            if Loop.current !== loop { wrong.add() }
        }
        loop.callSoon { look() }
        loop.callLater(.zero) { look() }
        OwnThread { _ = try? loop.callSoonThreadsafe { _ in look() } }.join()
        async let child: Void = look()
        await child
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { look() } }
        }
        try await loop.createTask { look() }.value
        try await loop.until { ran.value == 8 }
        try expectEqual(wrong.value, 0, "what ran elsewhere")
    }

    static let stopFromThread = Scenario.blocking(
        "a stop from another thread ends a loop that sleeps", "S4 S18"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        for _ in 0..<20 {
            let begun = Once<Void>()
            let thread = OwnThread {
                _ = begun.wait(.seconds(5))
                loop.stop()
            }
            try loop.callSoonThreadsafe { _ in begun.finish(()) }
            try loop.runForever()
            thread.join()
        }
        try loop.close()
    }

    static let messages = Scenario.blocking(
        "misuse is told in asyncio's words, with what to do", "S7"
    ) { _ in
        let words: [(LoopError, String)] = [
            (.closed, "Event loop is closed"), (.alreadyRunning, "This event loop is already running"),
            (.cannotCloseWhileRunning, "Cannot close a running event loop"),
            (.stoppedBeforeCompletion, "Event loop stopped before Future completed."),
            (.anotherLoopIsRunning, "Cannot run the event loop while another loop is running"),
            (.noRunningLoop, "no running event loop"), (.foreignFuture, "The future belongs to a different loop"),
        ]
        for (error, head) in words {
            try expect("\(error)".hasPrefix(head), "\(error)")
            try expect("\(error)".count > head.count + 10, "it says nothing of what to do: \(error)")
        }
    }
}
