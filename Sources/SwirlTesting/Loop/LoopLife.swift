import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let loopLife = [
        runTwice, otherLoopHere, otherThread, afterClose, closeWhileRunning, closeWithEverything, closeFreesTimers,
        stopAndRunAgain,
        manyLoops, callbackErrors, cancelledBeforeFirstStep, neverRun, stoppedBeforeCompletion,
    ]

    /// LOOP-01: an error; the first run goes on.
    static let runTwice = Scenario.loop("running a loop that runs is an error, and it runs on", "LOOP-01") { loop, _ in
        try expect(failed(runHere { try loop.runForever() }, LoopError.alreadyRunning), "nested")
        let elsewhere = Once<Result<Void, any Error>>()
        OwnThread.detached { elsewhere.finish(runHere { try loop.runForever() }) }
        try expect(failed(await elsewhere.get(), LoopError.alreadyRunning), "on another thread")
        try await loop.sleep(for: .microseconds(10))
    }

    /// LOOP-01: one loop a thread at a time.
    static let otherLoopHere = Scenario.loop("another loop cannot run where one runs", "LOOP-01") { loop, context in
        let other = try Loop(context.backend)
        try expect(failed(runHere { try other.runForever() }, LoopError.anotherLoopIsRunning), "another loop")
        try expect(Loop.current === loop, "the current loop")
        let closed = Once<Result<Void, any Error>>()
        OwnThread.detached { closed.finish(Result { try other.close() }) }
        try await closed.get().get()
    }

    /// URG-03: a loop belongs to the thread that ran it first, on every backend.
    static let otherThread = Scenario.blocking("a loop cannot change threads", "LOOP-01 URG-03 URG-04") { context in
        let loop = try Loop(context.backend, options: .testing)
        try expectEqual(try loop.runUntilComplete { _ in 1 }, 1, "the first run")
        let elsewhere = Once<Result<Void, any Error>>()
        OwnThread { elsewhere.finish(runHere { try loop.runForever() }) }.join()
        try expect(failed(elsewhere.wait(.zero)!, LoopError.wrongThread), "another thread")
        let closing = Once<Result<Void, any Error>>()
        OwnThread { closing.finish(Result { try loop.close() }) }.join()
        try expect(failed(closing.wait(.zero)!, LoopError.wrongThread), "closing on another thread")
        try expectEqual(try loop.runUntilComplete { _ in 2 }, 2, "the run after")
        try loop.close()
    }

    /// LOOP-03: a table over the API; close again does nothing.
    static let afterClose = Scenario.blocking("every call after the close says that it is closed", "LOOP-03") { context in
        let loop = try Loop(context.backend, options: .testing)
        try loop.runUntilComplete { _ in }
        try loop.close()
        try loop.close()
        try expect(loop.isClosed && !loop.isRunning, "the state")
        try expect(failed(Result { try loop.runForever() }, LoopError.closed), "runForever")
        try expect(failed(Result { try loop.runUntilComplete { _ in } }, LoopError.closed), "runUntilComplete")
        try expect(failed(Result { _ = try loop.submit { _ in } }, LoopError.closed), "submit")
        try expect(failed(Result { _ = try loop.callSoonThreadsafe { _ in } }, LoopError.closed), "callSoonThreadsafe")
        loop.stop()
        let results = Once<[String]>()
        Task.detached {
            var all: [String] = []
            do { try await loop.sleep(for: .seconds(1)) } catch { all.append("\(error)") }
            do { _ = try await TCPStream.connect(to: .loopback(port: 1), on: loop) } catch { all.append("\(error)") }
            do { _ = try await TCPListener.bind(to: .loopback(port: 0), on: loop) } catch { all.append("\(error)") }
            results.finish(all)
        }
        let wanted = [String](repeating: "\(LoopError.closed)", count: 3)
        try expectEqual(results.wait(.seconds(5)) ?? ["nothing"], wanted, "calls of a foreign task")
    }

    /// LOOP-04: an error, and the loop goes on.
    static let closeWhileRunning = Scenario.loop("closing a loop that runs is an error", "LOOP-04") { loop, _ in
        try expect(failed(closeHere(loop), LoopError.cannotCloseWhileRunning), "from inside")
        let elsewhere = Once<Result<Void, any Error>>()
        OwnThread.detached { elsewhere.finish(closeHere(loop)) }
        try expect(failed(await elsewhere.get(), LoopError.cannotCloseWhileRunning), "from another thread")
        try await loop.sleep(for: .microseconds(10))
    }

    private static func closeHere(_ loop: Loop) -> Result<Void, any Error> {
        Result { try loop.close() }
    }

    /// LOOP-05: everything ends, nothing hangs.
    static let closeWithEverything = Scenario.blocking("a close ends hundreds of waits of every kind", "LOOP-05 D9") { context in
        let loop = try Loop(context.backend, options: .testing)
        let ended = Counter()
        let peers = try loop.runUntilComplete { loop in
            var peers: [Int32] = []
            let wanted = [UInt8](repeating: 7, count: 8 << 20)
            let listener = try await loop.listen()
            for index in 0..<100 {
                let (stream, peer) = try loop.rawPair(AF_UNIX)
                peers.append(peer)
                loop.createTask {
                    _ = index % 2 == 0 ? try? await stream.some() : try? await stream.allChunks(1)
                    ended.add()
                }
                loop.createTask {
                    try? await stream.send(wanted); ended.add()
                }
                loop.createTask {
                    try? await loop.sleep(for: .seconds(100)); ended.add()
                }
                loop.createTask {
                    _ = try? await listener.accept(); ended.add()
                }
                loop.createTask {
                    _ = try? await Future<Int>().value; ended.add()
                }
                loop.callLater(.seconds(100)) {}
            }
            try await loop.turns(5)
            return peers
        }
        try loop.close()
        try expectEqual(ended.value, 500, "tasks that ended")
        try expectEqual(loop.taskCount, 0, "tasks")
        for peer in peers { _ = swirl_close(peer) }
    }

    /// FUT-05: a timer that was never due holds neither its closure nor the loop.
    static let closeFreesTimers = Scenario.blocking("a closed loop frees the timers that were pending", "LOOP-05 FUT-05") {
        context in
        let witness = Witness()
        let core = Witness()
        func run() throws {
            let loop = try Loop(context.backend, options: .testing)
            core.watch(loop.core)
            try loop.runUntilComplete { loop in
                let held = Box(1)
                witness.watch(held)
                loop.callLater(.seconds(100)) { held.value += 1 }
                loop.callSoon { loop.callSoon { held.value += 1 } }
            }
            try loop.close()
        }
        try run()
        try witness.expectGone()
        try core.expectGone()
    }

    /// LOOP-06: before the run: one turn; from a callback; twice; and again.
    static let stopAndRunAgain = Scenario.blocking("a loop can be stopped and run again", "LOOP-06") { context in
        let loop = try Loop(context.backend, options: .testing)
        let count = Counter()
        loop.stop()
        loop.stop()
        _ = try loop.callSoonThreadsafe { _ in count.add() }
        try loop.runForever()
        try expectEqual(count.value, 1, "one turn after a stop before the run")
        for round in 2...4 {
            _ = try loop.callSoonThreadsafe { loop in
                count.add()
                loop.stop()
            }
            try loop.runForever()
            try expectEqual(count.value, round, "callbacks that ran")
        }
        // What a run left ready is there for the next one, once.
        _ = try loop.callSoonThreadsafe { loop in
            loop.callSoon {
                _ = loop
                count.add()
            }
            loop.stop()
        }
        try loop.runForever()
        try expectEqual(count.value, 4, "what a callback adds runs in the next turn, which the stop prevents")
        loop.stop()
        try loop.runForever()
        try expectEqual(count.value, 5, "what a stop left over")
        try loop.close()
    }

    /// LOOP-07: in series and side by side, with descriptors and memory back (C4).
    static let manyLoops = Scenario.blocking("a hundred loops in series and eight at once leave nothing behind", "LOOP-07 RES-04")
    { context in
        for _ in 0..<100 {
            let loop = try Loop(context.backend, options: .testing)
            try loop.runUntilComplete { loop in try await loop.turns(1) }
            try loop.close()
        }
        let results = (0..<8).map { _ in Once<Result<Void, any Error>>() }
        let threads = results.map { result in
            OwnThread {
                result.finish(
                    Result {
                        let loop = try Loop(context.backend, options: .testing)
                        try loop.runUntilComplete { loop in
                            let (a, b) = try await loop.pair()
                            try await a.send([1])
                            _ = try await b.some()
                            await a.close()
                            await b.close()
                        }
                        try loop.close()
                    })
            }
        }
        for thread in threads { thread.join() }
        for result in results { try require(result.wait(.zero), "a loop's thread").get() }
    }

    /// LOOP-08: an error of one task ends that one.
    static let callbackErrors = Scenario.loop("a task that fails disturbs no other", "LOOP-08") { loop, _ in
        let failing = loop.createTask { throw Wrong() }
        let fine = loop.createTask { 1 }
        try expectEqual(try await fine.value, 1, "the other task")
        let error = try await expectError("the failing task") { try await failing.value }
        try expect(error is Wrong, "the error: \(error)")
    }

    /// The body never runs, as in asyncio.
    static let cancelledBeforeFirstStep = Scenario.loop("a task cancelled before its first step never runs", "CAN-09 LOOP-08") {
        loop, _ in
        let ran = Box(false)
        let task = loop.createTask { ran.value = true }
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(!ran.value, "its body ran")
        try expectEqual(task.state(), .cancelled, "its state")
    }

    /// RES-03, C4: made and dropped, or made and closed.
    static let neverRun = Scenario.blocking("a loop that never ran leaves nothing behind", "RES-03 LOOP-07") { context in
        for round in 0..<20 {
            let loop = try Loop(context.backend, options: .testing)
            if round % 2 == 0 { try loop.close() }
        }
    }

    /// asyncio's words for it.
    static let stoppedBeforeCompletion = Scenario.blocking("a stop before the end of what runs is an error", "LOOP-06") {
        context in
        let loop = try Loop(context.backend, options: .testing)
        let result = Result {
            try loop.runUntilComplete { loop in
                loop.stop()
                try await loop.sleep(for: .seconds(100))
            }
        }
        try expect(failed(result, LoopError.stoppedBeforeCompletion), "\(result)")
        try loop.close()
    }
}
