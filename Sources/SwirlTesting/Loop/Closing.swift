import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let closing = [
        lateResume, lateResumeWithChunk, foreignTasksAtClose, stubbornForeignTask, streamsOutliveLoop, listenerOutlivesLoop,
        closeDeadline,
    ]

    /// Closes a loop on which one task waits elsewhere, then lets that task go on.
    private static func closeOver(
        _ context: ScenarioContext,
        _ body: @escaping @Sendable (isolated Loop, _ pass: @Sendable () async -> Void) async -> String
    ) throws -> String {
        let elsewhere = Elsewhere()
        let answer = Once<String>()
        let loop = try Loop(context.backend, options: .impatient)
        try loop.runUntilComplete { loop in
            loop.createTask(name: "late") { (loop: isolated Loop) in
                answer.finish(await body(loop, { await elsewhere.pass() }))
            }
            try await loop.until { elsewhere.arrivals.value > 0 }
        }
        try expect(failed(Result { try loop.close() }, LoopError.closedWithTasks(1)), "the close names who was left")
        Task.detached { await elsewhere.open() }
        return try require(answer.wait(.seconds(5)), "D13: the task was never resumed")
    }

    /// D13: a job that comes after the close runs, and every call in it says that the loop is closed.
    static let lateResume = Scenario.blocking("a task that resumes after the close goes on, and is told", "D13 LOOP-03 WAK-05") {
        context in
        let found = try closeOver(context) { loop, pass in
            await pass()
            var all: [String] = []
            do { try await loop.sleep(for: .zero) } catch { all.append("\(error)") }
            do { _ = try await TCPStream.connect(to: .loopback(port: 1), on: loop) } catch { all.append("\(error)") }
            loop.callSoon { all.append("a callback ran") }
            return all.joined(separator: ", ")
        }
        try expectEqual(found, "\(LoopError.closed), \(LoopError.closed)", "the calls")
    }

    /// D13, D4: handles and chunks that end after the close reach no driver.
    static let lateResumeWithChunk = Scenario.blocking("chunks and streams that end after the close do no harm", "D13 D4 D9") {
        context in
        let (number, peer) = try Raw.pair(AF_INET)
        Raw.send(peer, numbered(100_000))
        let found = try closeOver(context) { loop, pass in
            let stream = TCPStream(OpenDescriptor(Descriptor(number, .socket), core: loop.core))
            do {
                var counts: [Int] = []
                while counts.reduce(0, +) < 60_000, let chunk = try await stream.nextChunk() {
                    counts.append(chunk.count)
                    if counts.reduce(0, +) >= 60_000 {
                        await pass()
                        guard chunk.bytes.byteCount == chunk.count else { return "another count" }
                    }
                }
                await stream.close()
                return "fine"
            } catch {
                return "\(error)"
            }
        }
        try expectEqual(found, "fine", "what became of it")
        for _ in 0..<1000 where Raw.receiveResult(peer) == -EAGAIN { usleep(1000) }
        try expect(Raw.receiveResult(peer) != -EAGAIN, "the stream is still open")
        _ = swirl_close(peer)
    }

    /// LOOP-05: those who are no tasks of the loop are told, too.
    static let foreignTasksAtClose = Scenario.blocking("a close ends the waits of foreign tasks", "LOOP-05 D9") { context in
        let loop = try Loop(context.backend, options: .testing)
        let ended = Counter()
        let started = Counter()
        let peer = try loop.runUntilComplete { loop in
            let listener = try await loop.listen()
            let (stream, peer) = try loop.rawPair()
            for index in 0..<12 {
                Task.detached {
                    started.add()
                    switch index % 4 {
                    case 0: _ = try? await listener.accept()
                    case 1: _ = try? await stream.some()
                    case 2: _ = try? await stream.nextChunk()?.count
                    default: try? await loop.sleep(for: .seconds(100))
                    }
                    ended.add()
                }
            }
            try await loop.until { started.value == 12 && loop.operationCount >= 9 }
            try await loop.turns(5)
            return peer
        }
        try loop.close()
        for _ in 0..<5000 where ended.value < 12 { usleep(1000) }
        try expectEqual(ended.value, 12, "foreign tasks that ended")
        _ = swirl_close(peer)
    }

    /// LOOP-05: who tries again and again cannot hold up the close.
    static let stubbornForeignTask = Scenario.blocking("a foreign task that keeps trying does not hold up a close", "LOOP-05") {
        context in
        let loop = try Loop(context.backend, options: .testing)
        let ended = Once<Int>()
        try loop.runUntilComplete { loop in
            Task.detached {
                var tries = 0
                while tries < 50 {
                    tries += 1
                    try? await loop.sleep(for: .seconds(100))
                }
                ended.finish(tries)
            }
            try await loop.until { loop.operationCount >= 1 }
            try await loop.turns(3)
        }
        try loop.close()
        try expectEqual(ended.wait(.seconds(5)), 50, "tries")
    }

    /// LOOP-03: handles may outlive their loop: calls are refused, a close closes.
    static let streamsOutliveLoop = Scenario.blocking("a stream that outlives its loop can still be closed", "LOOP-03 FD-01") {
        context in
        let (number, peer) = try Raw.pair(AF_INET)
        func make() throws -> TCPStream {
            let loop = try Loop(context.backend, options: .testing)
            let stream = try loop.runUntilComplete { loop in
                let stream = TCPStream(OpenDescriptor(Descriptor(number, .socket), core: loop.core))
                _ = try? await stream.nextChunk(deadline: loop.time)?.count
                return stream
            }
            try loop.close()
            return stream
        }
        let stream = try make()
        let errors = Once<[String]>()
        Task.detached {
            var all: [String] = []
            do { _ = try await stream.some() } catch { all.append("\(error)") }
            do { _ = try await stream.nextChunk()?.count } catch { all.append("\(error)") }
            do { try await stream.send([1]) } catch { all.append("\(error)") }
            await stream.close()
            errors.finish(all)
        }
        let found = try require(errors.wait(.seconds(5)), "the calls never returned")
        try expectEqual(found, [String](repeating: "\(LoopError.closed)", count: 3), "the calls")
        for _ in 0..<1000 where Raw.receiveResult(peer) == -EAGAIN { usleep(1000) }
        try expectEqual(Raw.receiveResult(peer), 0, "what the peer sees after the close")
        _ = swirl_close(peer)
        withExtendedLifetime(stream) {}
    }

    /// D12: connections that nobody took are closed though the loop is gone.
    static let listenerOutlivesLoop = Scenario.blocking(
        "a listener dropped after its loop leaves no connection open", "D12 LOOP-05"
    ) { context in
        let clients = try {
            let loop = try Loop(context.backend, options: .testing)
            let (listener, clients) = try loop.runUntilComplete { loop in
                let listener = try await loop.listen()
                let waiting = loop.createTask { try await listener.accept() }
                try await loop.turns()
                let port = try require(listener.localAddress.port, "a port")
                var clients: [Int32] = []
                for _ in 0..<10 { clients.append(try Raw.connect(port: port)) }
                try await waiting.value.close()
                try await loop.turns()
                return (listener, clients)
            }
            try loop.close()
            withExtendedLifetime(listener) {}
            return clients
        }()
        for client in clients {
            for _ in 0..<1000 where Raw.receiveResult(client) == -EAGAIN { usleep(1000) }
            try expect(Raw.receiveResult(client) != -EAGAIN, "a client is still connected to nobody")
            _ = swirl_close(client)
        }
    }

    /// LOOP-05: a task that does not heed its cancellation bounds nothing.
    static let closeDeadline = Scenario.blocking("a task that ignores its cancellation is left behind in time", "LOOP-05 D13") {
        context in
        let loop = try Loop(context.backend, options: .impatient)
        let running = Counter()
        let ended = Once<Void>()
        try loop.runUntilComplete { loop in
            loop.createTask {
                // Neither heeds the cancellation nor waits for anything.
                while running.value == 0 { await Task.yield() }
                ended.finish(())
            }
            try await loop.turns()
        }
        // A close that waits for it would wait for ever.
        let closed = Once<Void>()
        OwnThread.detached {
            if closed.wait(.seconds(8)) == nil { running.add() }
        }
        let result = Result { try loop.close() }
        closed.finish(())
        try expectEqual(running.value, 0, "the close waited for it")
        running.add()
        try expect(failed(result, LoopError.closedWithTasks(1)), "\(result)")
        try expect(ended.wait(.seconds(5)) != nil, "D13: it never went on")
    }
}
