import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let waking = [
        everyPostRuns, submitFromThreads, foreignIO, isolatedForeigners, postsAroundClose, idleMakesNoWaits, foreignStop,
    ]

    /// They are here by their isolation alone, and prefer no executor: what the standard library calls for them must not take
    /// them elsewhere in the middle of a wait.
    static let isolatedForeigners = Scenario.loop(
        "foreign tasks that are isolated to the loop wait on its thread", "CAN-12 URG-03"
    ) { loop, _ in
        let listener = try await loop.listen()
        let tasks = (0..<16).map { index in Task.detached { try await stay(on: loop, listener, index) } }
        let cancelled = Task.detached { try await stay(on: loop, listener, 100_000_000) }
        for task in tasks { try await task.value }
        cancelled.cancel()
        try await expectCancelled("the cancelled one") { try await cancelled.value }
        await listener.close()
    }

    private static func stay(on loop: isolated Loop, _ listener: TCPListener, _ microseconds: Int) async throws {
        for _ in 0..<20 {
            try await loop.sleep(for: .microseconds(microseconds))
            try expect(Loop.current === loop, "after a sleep")
        }
        let client = try await TCPStream.connect(to: listener.localAddress)
        let server = try await listener.accept()
        try await client.send([UInt8(microseconds)])
        try expectEqual(try await server.some().count, 1, "a byte")
        try expect(Loop.current === loop, "after a read")
        await client.close()
        await server.close()
    }

    /// WAK-01: none is lost however the post meets the loop's going to sleep.
    static let everyPostRuns = Scenario.loop("every post of eight threads runs, in each thread's order", "WAK-01 D6") { loop, _ in
        let counts = Box([Int](repeating: 0, count: 8))
        let inOrder = Box(true)
        let left = Box(8 * 500)
        let all = Future<Void>()
        let threads = (0..<8).map { index in
            OwnThread {
                for number in 0..<500 {
                    _ = try? loop.callSoonThreadsafe { loop in
                        inOrder.value = inOrder.value && counts.value[index] == number
                        counts.value[index] += 1
                        left.value -= 1
                        if left.value == 0 { try? all.setResult((), on: loop) }
                    }
                    // Idle gaps of many lengths, so that the loop goes to sleep between.
                    for _ in 0..<(number * 7 + index) % 60 { _ = swirl_monotonic_nanoseconds() }
                }
            }
        }
        // Nothing else wakes the loop: a lost wake-up hangs here.
        try await all.value
        for thread in threads { thread.join() }
        try expect(inOrder.value, "a thread's posts changed their order")
    }

    /// WAK-01 with nothing but the posts to wake it, one at a time.
    static let submitFromThreads = Scenario.blocking("a task submitted to a sleeping loop runs", "WAK-01 D6") { context in
        try withLoop(context) { loop in
            for round in 0..<200 {
                let answer = Once<Int>()
                let task = try loop.submit { _ in
                    answer.finish(round)
                    return round
                }
                try expectEqual(answer.wait(.seconds(5)), round, "the loop was not woken")
                _ = task
            }
        }
    }

    /// IO from a task that is not the loop's: it works, and resumes where it belongs.
    static let foreignIO = Scenario.loop("reads and writes from other executors", "WAK-01 CAN-12") { loop, _ in
        let (a, b) = try await loop.pair()
        let wanted = numbered(200_000)
        let writing = Task.detached {
            try expect(Loop.current == nil, "a detached task is on the loop")
            try await a.send(wanted)
            try await a.shutdown(.output)
            try expect(Loop.current == nil, "a detached task stayed on the loop")
        }
        let reading = Task.detached { try await b.all() }
        try expectEqual(try await reading.value, wanted, "the bytes")
        try await writing.value
        let waiting = Task.detached { try await a.some() }
        try await loop.turns(5)
        waiting.cancel()
        try await expectCancelled("a cancelled foreign read") { try await waiting.value }
        let accepting = try await loop.listen()
        let foreign = Task.detached { try await accepting.accept() }
        let client = try await TCPStream.connect(to: accepting.localAddress)
        let server = try await foreign.value
        await Task.detached {
            await server.close()
            await accepting.close()
            await client.close()
        }.value
        await a.close()
        await b.close()
    }

    /// WAK-05: accepted and run, or refused: never accepted and lost.
    static let postsAroundClose = Scenario.blocking("posts beside a close run or are refused", "WAK-05 LOOP-05") { context in
        for _ in 0..<10 {
            let loop = try Loop(context.backend, options: .testing)
            let accepted = Counter()
            let ran = Counter()
            let stop = Once<Void>()
            let threads = (0..<3).map { _ in
                OwnThread {
                    while stop.wait(.zero) == nil {
                        guard (try? loop.callSoonThreadsafe { _ in ran.add() }) != nil else { return }
                        accepted.add()
                        // Slower than the loop runs them, or the line in front of the close grows without end.
                        for _ in 0..<500 { _ = swirl_monotonic_nanoseconds() }
                    }
                }
            }
            try loop.runUntilComplete { loop in try await loop.sleep(for: .milliseconds(1)) }
            try loop.close()
            stop.finish(())
            for thread in threads { thread.join() }
            try expectEqual(ran.value, accepted.value, "posts that ran, of those accepted")
            let error = Result { _ = try loop.callSoonThreadsafe { _ in } }
            try expect(failed(error, LoopError.closed), "a post after the close")
        }
    }

    /// D11: no deadline, no completion, no wake: no return of `wait`.
    static let idleMakesNoWaits = Scenario.blocking("an idle loop does not wake up", "D11", faultless: true) { context in
        try withLoop(context) { loop in
            let setUp = Once<Result<[Int32], any Error>>()
            let (released, release) = (Once<Void>(), Once<Void>())
            _ = try loop.submit { loop in
                var peers: [Int32] = []
                var waits: [LoopTask<Void>] = []
                let listener = try await loop.listen()
                waits.append(loop.createTask { _ = try? await listener.accept() })
                for index in 0..<20 {
                    let (stream, peer) = try loop.rawPair()
                    peers.append(peer)
                    waits.append(
                        loop.createTask { _ = index % 2 == 0 ? try? await stream.some() : try? await stream.allChunks(1) })
                }
                try await loop.turns(5)
                let timer = loop.callLater(.seconds(100)) {}
                setUp.finish(.success(peers))
                _ = await released.get()
                timer.cancel()
                for wait in waits { wait.cancel() }
                for wait in waits { _ = try? await wait.value }
                release.finish(())
            }
            let peers = try require(setUp.wait(.seconds(5)), "set up").get()
            // By now it sleeps, so the question has to wake it: a wake that is never taken back would show.
            usleep(10_000)
            let before = try waitCount(of: loop)
            usleep(50_000)
            // The wait that the question before went into, and the one that this question ends.
            try expect(try waitCount(of: loop) - before <= 2, "an idle loop waits again and again")
            released.finish(())
            try expect(release.wait(.seconds(5)) != nil, "the end")
            for peer in peers { _ = swirl_close(peer) }
        }
    }

    private static func waitCount(of loop: Loop) throws -> Int {
        let answer = Once<Int>()
        try loop.callSoonThreadsafe { answer.finish($0.waitCount) }
        return try require(answer.wait(.seconds(5)), "no answer")
    }

    /// LOOP-06: `stop` from another thread ends a loop that sleeps.
    static let foreignStop = Scenario.blocking("a stop from another thread ends a sleeping loop", "LOOP-06 D6") { context in
        let loop = try Loop(context.backend, options: .testing)
        for round in 0..<20 {
            let thread = OwnThread {
                for _ in 0..<round * 30 { _ = swirl_monotonic_nanoseconds() }
                loop.stop()
            }
            try loop.runForever()
            thread.join()
        }
        try loop.close()
    }
}
