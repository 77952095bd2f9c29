import SwirlCore

extension Conformance {
    static let currentLoops = [
        currentIsRunning, currentInCallback, noneOutside, chosen, chosenBesideRunning, chosenOfThread, chosenIsNotHeld, newLoops,
    ]

    static let currentIsRunning = Scenario.asyncio(
        "inside a task the current loop is the one that runs", "S9",
        mirrors: "test_events.GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop"
    ) { loop, _ in
        try expect(Loop.current === loop, "Loop.current")
        try expect(try Loop.running === loop, "Loop.running")
        try await loop.turns(1)
        try expect(try Loop.running === loop, "Loop.running after a switch")
    }

    static let currentInCallback = Scenario.asyncio(
        "inside a callback too", "S9",
        mirrors: "test_events.GetEventLoopTestsMixin.test_get_event_loop_returns_running_loop2"
    ) { loop, _ in
        let seen = Future<Bool>()
        loop.callSoon { try? seen.setResult(Loop.current === loop) }
        try expect(try await seen.value, "the current loop")
    }

    static let noneOutside = Scenario.blocking(
        "outside of a loop there is none, and asking for the running one is an error", "S9"
    ) { context in
        try expect(Loop.current == nil, "a current loop on a new thread")
        try expect(failed(Result { try Loop.running }, LoopError.noRunningLoop), "Loop.running")
        let loop = try Loop(context.backend, options: .testing)
        try expect(Loop.current == nil, "making a loop made it current")
        try loop.runUntilComplete { _ in }
        try expect(Loop.current == nil, "a loop that ran is still current")
        try loop.close()
    }

    static let chosen = Scenario.asyncioBlocking(
        "makeCurrent sets a thread's loop, which does not run by that", "S9",
        mirrors: "test_events.PolicyTests.test_set_event_loop"
    ) { context in
        let first = try Loop(context.backend, options: .testing)
        let second = try Loop(context.backend, options: .testing)
        first.makeCurrent()
        try expect(Loop.current === first, "the first")
        second.makeCurrent()
        try expect(Loop.current === second, "the second")
        try expect(failed(Result { try Loop.running }, LoopError.noRunningLoop), "Loop.running")
        Loop.makeNoneCurrent()
        try expect(Loop.current == nil, "none")
        try first.close()
        try second.close()
    }

    static let chosenBesideRunning = Scenario.blocking(
        "a loop that runs comes before the one that was made current", "S9"
    ) { context in
        let chosen = try Loop(context.backend, options: .testing)
        let running = try Loop(context.backend, options: .testing)
        chosen.makeCurrent()
        let isRunning = try running.runUntilComplete { loop in Loop.current === loop }
        try expect(isRunning, "the one that runs was not current")
        try expect(Loop.current === chosen, "the chosen one, after the run")
        Loop.makeNoneCurrent()
        try chosen.close()
        try running.close()
    }

    static let chosenOfThread = Scenario.asyncioBlocking(
        "another thread has a current loop of its own, or none", "S9",
        mirrors: "test_events.PolicyTests.test_get_event_loop_thread"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        loop.makeCurrent()
        let others = Once<Bool>()
        OwnThread {
            let none = Loop.current == nil
            loop.makeCurrent()
            others.finish(none && Loop.current === loop)
        }.join()
        try expect(others.wait(.zero)!, "what the other thread saw")
        Loop.makeNoneCurrent()
        try expect(Loop.current == nil, "set to none")
        try loop.close()
    }

    static let chosenIsNotHeld = Scenario.blocking(
        "a loop that was made current is not kept by that", "S9"
    ) { context in
        let witness = Witness()
        func make() throws {
            let loop = try Loop(context.backend, options: .testing)
            witness.watch(loop.core)
            loop.makeCurrent()
            try loop.close()
        }
        try make()
        try expect(Loop.current == nil, "a loop that is gone is current")
        try witness.expectGone()
        Loop.makeNoneCurrent()
    }

    static let newLoops = Scenario.asyncioBlocking(
        "each new loop is another, with the backend it was asked for", "S9",
        mirrors: "test_events.PolicyTests.test_new_event_loop"
    ) { context in
        let first = try Loop(context.backend, options: .testing)
        let second = try Loop(context.backend, options: .testing)
        try expect(first !== second, "they are the same")
        try expectEqual([first.backendName, second.backendName], [context.backend.name, context.backend.name], "their backends")
        try first.close()
        try expect(!second.isClosed, "closing one closed the other")
        try second.close()
    }
}
