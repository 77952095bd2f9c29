import CSwirlSystem
import SwirlCore
import SwirlSockets

// Chunks, streams and listeners that end on other threads while their loop closes, or after it.

extension Conformance {
    static let endingElsewhere = [chunkEndsWhileLoopEnds, closedByManyAfterLoop]

    /// D4: the loop's own thread still has its driver and its buffers, and nobody else may touch them.
    static let chunkEndsWhileLoopEnds = Scenario.blocking(
        "a chunk that ends on another thread while its loop closes touches no buffer", "D4 D15 LOOP-05"
    ) { context in
        let (held, refused, goOn) = (Once<Void>(), Once<Void>(), Once<Void>())
        let leases = Once<[Int]>()
        let loop = try Loop(context.backend, options: .testing)
        let peer = try loop.runUntilComplete { loop in
            let (stream, peer) = try loop.rawPair(AF_UNIX)
            Raw.send(peer, numbered(100))
            let core = loop.core
            Task.detached {
                guard let chunk = try await stream.nextChunk() else { return }
                held.finish(())
                await refused.get()
                let before = core.buffers.leased
                _ = consume chunk
                leases.finish([before, core.buffers.leased])
            }
            await held.get()
            // It is abandoned, and holds the close up in its last part.
            let call = loop.createTask { try? await loop.runBlocking { _ = goOn.wait(.seconds(2)) } }
            try await loop.turns(5)
            call.cancel()
            try? await call.value
            return peer
        }
        OwnThread.detached {
            while !loop.isClosed { usleep(1000) }
            while (try? loop.callSoonThreadsafe { _ in }) != nil { usleep(1000) }
            refused.finish(())
            _ = leases.wait(.seconds(2))
            goOn.finish(())
        }
        try loop.close()
        try expectEqual(leases.wait(.seconds(5)), [1, 1], "leases before and after the chunk's end")
        _ = swirl_close(peer)
    }

    /// FD-06: whoever is second closes nobody's descriptor, and takes no connection twice.
    static let closedByManyAfterLoop = Scenario.blocking(
        "what several threads close after its loop is closed once", "FD-06 LOOP-03 D9"
    ) { context in
        for _ in 0..<10 {
            let (listener, stream, raws) = try closedLoop(context)
            let done = Counter()
            for _ in 0..<6 {
                Task.detached {
                    await listener.close()
                    await stream.close()
                    done.add()
                }
            }
            for _ in 0..<5000 where done.value < 6 { usleep(1000) }
            try expectEqual(done.value, 6, "closes")
            for raw in raws {
                try expect(Raw.receiveResult(raw) != -EAGAIN, "still open after its close")
                _ = swirl_close(raw)
            }
        }
    }

    /// A listener with connections that nobody took, and a stream, both of a loop that is closed and gone; and their peers.
    private static func closedLoop(_ context: ScenarioContext) throws -> (TCPListener, TCPStream, [Int32]) {
        let loop = try Loop(context.backend, options: .testing)
        let all = try loop.runUntilComplete { loop in
            let (stream, peer) = try loop.rawPair()
            let listener = try await loop.listen()
            let waiting = loop.createTask { try await listener.accept() }
            try await loop.turns()
            let port = try require(listener.localAddress.port, "a port")
            var raws = [peer]
            for _ in 0..<10 { raws.append(try Raw.connect(port: port)) }
            try await waiting.value.close()
            try await loop.turns()
            return (listener, stream, raws)
        }
        try loop.close()
        return all
    }
}
