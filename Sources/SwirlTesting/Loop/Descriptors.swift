import CSwirlSystem
import Glibc
import SwirlCore
import SwirlSockets
import SystemPackage

extension Conformance {
    static let descriptors = [
        closeWakesReaders, closeWakesTwoChunkReaders, closeWakesChunkBehindRead, closedBehindOurBack, comesBack, numbersReused,
        duplicateKeepsQuiet, closeTwice,
        listenerCloses, listenerClosesWithClientsWaiting, droppedUnclosed, closedBeforeWaitersResume, droppedWhileBytesArrive,
    ]

    /// FD-01: whoever waits is told at once, and the peer sees the end.
    static let closeWakesReaders = Scenario.loop("a close ends waiting reads and writes, and the peer sees it", "FD-01 D9") {
        loop, _ in
        let (a, b) = try await loop.pair()
        let reading = loop.createTask { try await a.some() }
        let writing = loop.createTask { try await a.send([UInt8](repeating: 7, count: 16 << 20)) }
        try await loop.turns()
        await a.close()
        try expectEqual(cause(try await expectError("the read") { try await reading.value }), .closed, "the read")
        try expectEqual(cause(try await expectError("the write") { try await writing.value }), .closed, "the write")
        while true {
            do { if try await b.some().isEmpty { break } } catch is IOError { break }
        }
        await b.close()
    }

    /// FD-01 with several: nobody is left behind.
    static let closeWakesTwoChunkReaders = Scenario.loop("a close ends every wait for chunks", "FD-01 RDY-08") { loop, _ in
        let (a, b) = try await loop.pair()
        let readers = (0..<3).map { _ in loop.createTask { try await a.allChunks(1) } }
        try await loop.turns()
        await a.close()
        for reader in readers {
            try expectEqual(cause(try await expectError("a chunk") { try await reader.value }), .closed, "a chunk")
        }
        await b.close()
    }

    /// FD-01, D14: one that stands in line behind a read is told, too.
    static let closeWakesChunkBehindRead = Scenario.loop("a close ends a wait for a chunk behind a waiting read", "FD-01 D14") {
        loop, _ in
        let (a, b) = try await loop.pair()
        let reading = loop.createTask { try await a.some() }
        try await loop.turns()
        let chunk = loop.createTask { try await a.allChunks(1) }
        try await loop.turns()
        await a.close()
        try expectEqual(cause(try await expectError("the read") { try await reading.value }), .closed, "the read")
        try expectEqual(cause(try await expectError("the chunk") { try await chunk.value }), .closed, "the chunk")
        await b.close()
    }

    /// FD-02: closed by somebody else: no spin, and what waits can still be cancelled.
    static let closedBehindOurBack = Scenario.loop(
        "a number closed behind our back leaves a wait that can be cancelled", "FD-02", faultless: true
    ) {
        loop, _ in
        let (number, peer) = try Raw.pair()
        let stream = TCPStream(OpenDescriptor(Descriptor(number, .socket), core: loop.core))
        let reading = loop.createTask { try await stream.some() }
        try await loop.turns()
        _ = swirl_close(number)
        let before = loop.waitCount
        try await loop.sleep(for: .milliseconds(20))
        try expect(loop.waitCount - before < 20, "\(loop.waitCount - before) waits in 20 ms")
        reading.cancel()
        let error = try await expectError("the read") { try await reading.value }
        try expect(error is CancellationError || (error as? IOError)?.errno == .badFileDescriptor, "the read: \(error)")
        _ = swirl_close(peer)
        await stream.close()
    }

    /// FD-02, FD-03: closed by somebody else, and the next socket that the loop makes has the same number.
    static let comesBack = Scenario.loop(
        "a number closed behind our back with a wait pending can be used again", "FD-02 FD-03", faultless: true
    ) {
        loop, _ in
        let (number, peer) = try Raw.pair()
        let stream = TCPStream(OpenDescriptor(Descriptor(number, .socket), core: loop.core))
        let reading = loop.createTask { try await stream.some() }
        let writing = loop.createTask { try await stream.send([UInt8](repeating: 7, count: 16 << 20)) }
        try await loop.turns()
        _ = swirl_close(number)
        // The lowest free numbers are taken: one of these is it.
        var listeners: [TCPListener] = []
        for _ in 0..<4 { listeners.append(try await loop.listen()) }
        try expect(fcntl(number, F_GETFD) >= 0, "the number was not used again")
        let accepting = listeners.map { listener in loop.createTask { try await listener.accept() } }
        try await loop.turns()
        for (listener, accept) in zip(listeners, accepting) {
            let client = try await TCPStream.connect(to: listener.localAddress)
            await (try await accept.value).close()
            await client.close()
        }
        for (name, task) in [("the read", loop.createTask { _ = try await reading.value }), ("the write", writing)] {
            reading.cancel()
            writing.cancel()
            let error = try await expectError(name) { try await task.value }
            try expect(error is CancellationError || (error as? IOError)?.errno == .badFileDescriptor, "\(name): \(error)")
        }
        _ = swirl_close(peer)
        // The number is a listener's by now, which loses it: that is what comes of closing behind somebody's back.
        await stream.close()
        for listener in listeners { await listener.close() }
    }

    /// FD-03, FD-05: under load the same numbers come back again and again.
    static let numbersReused = Scenario.loop("streams that take over a number get only their own bytes", "FD-03 FD-05") {
        loop, _ in
        let listener = try await loop.listen()
        var (numbers, reused) = (Set<Int32>(), 0)
        for round in 0..<60 {
            var clients: [TCPStream] = []
            for index in 0..<4 {
                let client = try await TCPStream.connect(to: listener.localAddress)
                let server = try await listener.accept()
                if !numbers.insert(server.open.descriptor.number).inserted { reused += 1 }
                let reading = loop.createTask { try await server.allChunks(3) }
                try await client.send([UInt8(round), UInt8(index), 7])
                if index % 2 == 0 { try await client.send([9, 9, 9, 9]) }
                let bytes = try await reading.value
                try expectEqual(Array(bytes.prefix(3)), [UInt8(round), UInt8(index), 7], "the bytes")
                // Closed with bytes on the way, and an event with them.
                await server.close()
                clients.append(client)
            }
            for client in clients { await client.close() }
        }
        try expect(reused > 0, "no number was used again: this shows nothing")
        await listener.close()
    }

    /// FD-04: a duplicate keeps epoll's registration alive; its events reach nobody and spin nothing.
    static let duplicateKeepsQuiet = Scenario.loop(
        "a duplicate that outlives the close disturbs nobody", "FD-04", faultless: true
    ) { loop, _ in
        let (number, peer) = try Raw.pair()
        let duplicate = dup(number)
        let stream = TCPStream(OpenDescriptor(Descriptor(number, .socket), core: loop.core))
        let reading = loop.createTask { try await stream.some() }
        try await loop.turns()
        await stream.close()
        _ = try? await reading.value
        let (other, otherPeer) = try loop.rawPair(AF_UNIX)
        let waiting = loop.createTask { try await other.some() }
        try await loop.turns()
        let before = loop.waitCount
        for round in 0..<5 {
            Raw.send(peer, [UInt8(round)])
            try await loop.sleep(for: .milliseconds(2))
        }
        try expect(loop.waitCount - before < 40, "\(loop.waitCount - before) waits")
        try expect(!waiting.isDone(), "bytes of a stranger")
        Raw.send(otherPeer, [42])
        try expectEqual(try await waiting.value, [42], "the bytes")
        for raw in [duplicate, peer, otherPeer] { _ = swirl_close(raw) }
        await other.close()
    }

    /// FD-06: the second does nothing, and above all closes nobody else's descriptor.
    static let closeTwice = Scenario.loop("closing twice closes once", "FD-06") { loop, _ in
        var reused = 0
        for _ in 0..<20 {
            let (a, peer) = try loop.rawPair(AF_UNIX)
            let number = a.open.descriptor.number
            let closers = (0..<3).map { _ in loop.createTask { await a.close() } }
            for closer in closers { try await closer.value }
            let (b, otherPeer) = try loop.rawPair(AF_UNIX)
            if [b.open.descriptor.number, otherPeer].contains(number) { reused += 1 }
            await a.close()
            try await b.send([1])
            try expectEqual(Raw.receive(otherPeer), [1], "the number's new owner")
            let error = try await expectError("a read after the close") { try await a.some() }
            try expectEqual(cause(error), .closed, "a read after the close")
            await b.close()
            for raw in [peer, otherPeer] { _ = swirl_close(raw) }
        }
        try expect(reused > 0, "no number was used again: this shows nothing")
    }

    /// FD-07: accepts end, the next client is refused, the port can be bound again.
    static let listenerCloses = Scenario.loop("closing a listener ends accepts and gives the port back", "FD-07") { loop, _ in
        let listener = try await loop.listen()
        let address = listener.localAddress
        let accepting = (0..<3).map { _ in loop.createTask { try await listener.accept() } }
        let sequence = loop.createTask {
            var count = 0
            for try await stream in listener.connections {
                await stream.close()
                count += 1
            }
            return count
        }
        try await loop.turns()
        await listener.close()
        await listener.close()
        for task in accepting {
            try expectEqual(cause(try await expectError("an accept") { try await task.value }), .closed, "an accept")
        }
        try expectEqual(try await sequence.value, 0, "the sequence ends")
        let error = try await expectError("a connect") { try await TCPStream.connect(to: address) }
        try expectEqual((error as? IOError)?.errno, .connectionRefused, "a connect")
        try await TCPListener.bind(to: address).close()
    }

    /// FD-07, D12: what was accepted and not taken is closed with the listener, not when it is forgotten.
    static let listenerClosesWithClientsWaiting = Scenario.loop(
        "closing a listener closes the connections nobody took", "FD-07 D12"
    ) {
        loop, _ in
        let listener = try await loop.listen()
        let first = loop.createTask { try await listener.accept() }
        try await loop.turns()
        let port = try require(listener.localAddress.port, "a port")
        var clients: [Int32] = []
        for _ in 0..<20 { clients.append(try Raw.connect(port: port)) }
        await listener.close()
        if let stream = try? await first.value { await stream.close() }
        // Still held here: the clients must see the end all the same.
        try await loop.until { clients.allSatisfy { Raw.receiveResult($0) != -EAGAIN } }
        for client in clients { _ = swirl_close(client) }
        withExtendedLifetime(listener) {}
    }

    /// CAN-06 without a close: the descriptor goes back, and what was in flight on it has ended.
    static let droppedUnclosed = Scenario.loop("streams and listeners that are dropped are closed", "D9 D12") { loop, _ in
        let peers = Box<[Int32]>([])
        for _ in 0..<20 {
            let (stream, peer) = try loop.rawPair()
            peers.value.append(peer)
            let reading = loop.createTask { try? await stream.allChunks(1) }
            try await loop.turns()
            reading.cancel()
            _ = try? await reading.value
        }
        let accepting = loop.createTask {
            let listener = try await loop.listen()
            _ = try? await listener.accept(deadline: loop.time.advanced(by: .milliseconds(1)))
        }
        try await accepting.value
        try await loop.until { loop.openDescriptorCount == 0 }
        for peer in peers.value {
            try await loop.until { Raw.receiveResult(peer) != -EAGAIN }
            _ = swirl_close(peer)
        }
    }

    /// Bytes that reach a receive which is still armed when its stream has gone: their buffer goes back.
    static let droppedWhileBytesArrive = Scenario.loop("streams dropped while bytes arrive leave no buffer held", "D9 D15") {
        loop, _ in
        var peers: [Int32] = []
        for _ in 0..<20 {
            let peer = try await dropArmed(loop)
            peers.append(peer)
            // The loop has taken no turn since the drop: the bytes come before the cancel does.
            _ = Raw.send(peer, numbered(100))
        }
        try await loop.until { loop.openDescriptorCount == 0 }
        try expectEqual(loop.leasedBufferCount, 0, "leased buffers")
        for peer in peers { _ = swirl_close(peer) }
    }

    /// The peer of a stream that somebody has waited for and nobody holds any more.
    private static func dropArmed(_ loop: isolated Loop) async throws -> Int32 {
        let (stream, peer) = try loop.rawPair()
        _ = try? await stream.nextChunk(deadline: loop.time.advanced(by: .microseconds(1)))?.count
        return peer
    }

    /// ORD-06: whoever is told that it is closed finds it closed.
    static let closedBeforeWaitersResume = Scenario.loop("a descriptor is closed before its waiters run", "ORD-06 D9") {
        loop, _ in
        let (stream, peer) = try loop.rawPair(AF_UNIX)
        let reading = loop.createTask { () -> Int32 in
            _ = try? await stream.some()
            return Raw.receiveResult(peer)
        }
        try await loop.turns()
        let closer = loop.createTask { await stream.close() }
        let seen = try await reading.value
        try await closer.value
        try expectEqual(seen, 0, "what the peer sees when the reader resumes")
        _ = swirl_close(peer)
    }
}
