import CSwirlSystem
import SwirlCore
import SwirlSockets

// What refuses an operation (a cancelled task, a closed handle, a closed loop) answers without suspending. A task that
// swallows the error and tries again must not keep the loop from everybody else, nor its close from ending.

extension Conformance {
    static let refusing = [cancelledSwallower, closedSwallower, swallowerAtClose, swallowerAfterClose]

    /// Far more than a budget; a loop that is starved ends here all the same, so that the scenario can say so.
    private static let triesMax = 20_000

    /// What one task tries again and again. It throws when it is refused.
    private typealias Attempt = @Sendable () async throws -> Void

    /// Each kind of wait has its own way to refuse. Nobody else writes to, connects to or finishes any of these.
    private static func attempts(_ loop: isolated Loop) async throws -> (
        all: [(String, Attempt)], end: @Sendable () async -> Void
    ) {
        let (stream, peer) = try await loop.pair()
        let (chunked, chunkedPeer) = try await loop.pair()
        let listener = try await loop.listen()
        let future = Future<Void>()
        // Where the kernel picks buffers a receive is armed from here on, and a plain read goes another way.
        _ = try? await chunked.nextChunk(deadline: loop.time)?.count
        // Somebody is in the middle of a write, so that others wait for their turn.
        let writer = loop.createTask { _ = try? await stream.send([UInt8](repeating: 7, count: 16 << 20)) }
        try await loop.turns()
        let all: [(String, Attempt)] = [
            ("sleep", { try await loop.sleep(for: .seconds(100)) }),
            ("future", { try await future.value }),
            ("read", { _ = try await stream.some() }),
            ("read beside chunks", { _ = try await chunked.some() }),
            ("chunk", { _ = try await chunked.nextChunk()?.count }),
            ("write in turn", { try await stream.send([1]) }),
            ("accept", { await (try listener.accept()).close() }),
        ]
        return (
            all,
            {
                writer.cancel()
                _ = try? await writer.value
                for handle in [stream, peer, chunked, chunkedPeer] { await handle.close() }
                await listener.close()
            }
        )
    }

    /// How often a task tries, swallowing each error, until `flag`: it is set by a callback that waits for the loop.
    private static func triesUntilStopped(_ flag: Box<Bool>, _ attempt: Attempt) async -> Int {
        var tries = 0
        while !flag.value && tries < triesMax {
            tries += 1
            do { try await attempt() } catch {}
        }
        return tries
    }

    static let cancelledSwallower = Scenario.loop("a cancelled task that swallows errors lets others run", "CAN-03 ORD-02") {
        loop, _ in
        let (all, end) = try await attempts(loop)
        for (name, attempt) in all {
            let flag = Box(false)
            let task = loop.createTask { await triesUntilStopped(flag, attempt) }
            try await loop.turns()
            task.cancel()
            loop.callSoon { flag.value = true }
            let tries = try await task.value
            try expect(tries < triesMax, "\(name): a callback had to wait until the task gave up")
        }
        await end()
    }

    static let closedSwallower = Scenario.loop(
        "a task that tries a closed handle again and again lets others run", "FD-01 ORD-02"
    ) {
        loop, _ in
        let (all, end) = try await attempts(loop)
        await end()
        for (name, attempt) in all where !["sleep", "future"].contains(name) {
            let flag = Box(false)
            let task = loop.createTask { await triesUntilStopped(flag, attempt) }
            loop.callLater(.zero) { flag.value = true }
            let tries = try await task.value
            try expect(tries < triesMax, "\(name): a callback had to wait until the task gave up")
        }
    }

    /// LOOP-05: nor can it hold up the close of its loop. It goes on afterwards (D13), until somebody stops it.
    static let swallowerAtClose = Scenario.blocking("a task that swallows errors does not hold up a close", "LOOP-05 D13") {
        context in
        let stop = Counter()
        let ended = Once<Int>()
        let loop = try Loop(context.backend, options: .impatient)
        try loop.runUntilComplete { loop in
            loop.createTask { (loop: isolated Loop) in
                var tries = 0
                while stop.value == 0 {
                    tries += 1
                    do { try await loop.sleep(for: .seconds(100)) } catch {}
                }
                ended.finish(tries)
            }
            try await loop.turns()
        }
        let closed = Once<Bool>()
        OwnThread.detached {
            if closed.wait(.seconds(3)) == nil { stop.add() }
        }
        let result = Result { try loop.close() }
        closed.finish(true)
        try expectEqual(stop.value, 0, "the close had to wait for the task")
        try expect(failed(result, LoopError.closedWithTasks(1)), "\(result)")
        stop.add()
        _ = try require(ended.wait(.seconds(5)), "D13: the task never went on")
    }

    /// D13: and on the rescue thread it keeps no other loop's job waiting.
    static let swallowerAfterClose = Scenario.blocking("a task that swallows errors after the close lets others go on", "D13") {
        context in
        let (first, second) = (Elsewhere(), Elsewhere())
        let stop = Counter()
        let (tries, other) = (Once<Int>(), Once<Void>())
        try leaveBehind(context, at: first) { loop in
            var count = 0
            while stop.value == 0 {
                count += 1
                do { try await loop.sleep(for: .seconds(100)) } catch {}
                if count == 1000 { await second.open() }
            }
            tries.finish(count)
        }
        try leaveBehind(context, at: second) { loop in
            do { try await loop.sleep(for: .seconds(100)) } catch {}
            other.finish(())
        }
        Task.detached { await first.open() }
        let wentOn = other.wait(.seconds(5)) != nil
        stop.add()
        try expect(tries.wait(.seconds(5)) != nil, "the task that tries never went on")
        try expect(wentOn, "the other loop's task had to wait for it")
    }

    /// Closes a loop over one task, which waits elsewhere before its body.
    private static func leaveBehind(
        _ context: ScenarioContext, at place: Elsewhere, _ body: @escaping @Sendable (isolated Loop) async -> Void
    ) throws {
        let loop = try Loop(context.backend, options: .impatient)
        try loop.runUntilComplete { loop in
            loop.createTask { (loop: isolated Loop) in
                await place.pass()
                await body(loop)
            }
            try await loop.until { place.arrivals.value > 0 }
        }
        try expect(failed(Result { try loop.close() }, LoopError.closedWithTasks(1)), "the close names who was left")
    }
}
