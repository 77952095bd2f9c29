import CSwirlSystem
import SwirlCore
import SwirlSockets
import SystemPackage

extension Conformance {
    static let readiness = [
        halfClose, hungUpPeer, dataThenReset, resetBeforeChunk, dataThenEnd, resetIsTyped, refused, connectDeadline, twoReaders,
        twoChunkReadersEnd,
        oneByteReads, manyReadyStreams, unixStreams, mixedReads, foreignReadAfterChunk,
    ]

    /// RDY-01: the end of input leaves output open.
    static let halfClose = Scenario.loop("after the peer's half-close writes still arrive", "RDY-01") { loop, _ in
        let (a, b) = try await loop.pair()
        try await b.send(numbered(10))
        try await b.shutdown(.output)
        try expectEqual(try await a.all(), numbered(10), "the bytes")
        try expectEqual(try await a.some(), [], "the end, again")
        try await a.send(numbered(100_000))
        try await a.shutdown(.output)
        try expectEqual(try await b.all(), numbered(100_000), "the answer")
        await a.close()
        await b.close()
    }

    /// RDY-02, D11: a held stream whose peer is gone costs nothing.
    static let hungUpPeer = Scenario.loop(
        "a stream whose peer hung up does not wake the loop", "RDY-02 RDY-01 D11", faultless: true
    ) {
        loop, _ in
        for domain in [AF_UNIX, AF_INET] {
            let (stream, peer) = try loop.rawPair(domain)
            let reading = loop.createTask { try await stream.allChunks(1) }
            try await loop.turns()
            Raw.send(peer, [1])
            _ = try await reading.value
            _ = swirl_close(peer)
            try await loop.turns(5)
            let before = loop.waitCount
            try await loop.sleep(for: .milliseconds(20))
            try expect(loop.waitCount - before <= 5, "\(loop.waitCount - before) waits in 20 ms")
            try expectEqual(try await stream.some(), [], "the end")
            await stream.close()
        }
    }

    /// RDY-03, LOAD-02: what came before the reset is read first.
    static let dataThenReset = Scenario.loop(
        "a reset ends reads with its error, once there is nothing else", "RDY-03 RDY-04 LOAD-02"
    ) {
        loop, _ in
        for count in [0, 5] {
            let (stream, peer) = try loop.rawPair()
            Raw.send(peer, numbered(count))
            Raw.lingerZero(peer)
            _ = swirl_close(peer)
            try expectEqual(try await stream.all(count), numbered(count), "the bytes before the reset")
            let error = try await expectError("the read") { try await stream.some() }
            try expectEqual((error as? IOError)?.errno, .connectionReset, "the read")
            try expectEqual((error as? IOError)?.operation, "read", "the operation's name")
            await stream.close()
        }
    }

    /// RDY-04: the kernel tells of a reset once, afterwards it is EPIPE. Whoever asks first hears of it: the write, or a
    /// receive that is armed, and then the next read.
    static let resetBeforeChunk = Scenario.loop("a chunk's write after a reset fails with that reset", "RDY-04") { loop, _ in
        let (stream, peer) = try loop.rawPair()
        Raw.send(peer, [1, 2, 3])
        guard let chunk = try await stream.nextChunk() else { throw ScenarioFailure("no chunk") }
        Raw.lingerZero(peer)
        _ = swirl_close(peer)
        var write: (any Error)?
        do { try await stream.write(chunk) } catch { write = error }
        if (write as? IOError)?.errno == .brokenPipe {
            let read = try await expectError("the read, after a write that had an EPIPE") { try await stream.nextChunk()?.count }
            try expectEqual((read as? IOError)?.errno, .connectionReset, "the read, after a write that had an EPIPE")
        } else {
            try expectEqual((write as? IOError)?.errno, .connectionReset, "the write")
        }
        await stream.close()
    }

    /// RDY-03: one byte a read; the end only after the last.
    static let dataThenEnd = Scenario.loop("bytes before the end all arrive, one by one", "RDY-03 RDY-10") { loop, _ in
        for chunks in [false, true] {
            let (stream, peer) = try loop.rawPair()
            Raw.send(peer, numbered(500))
            _ = swirl_close(peer)
            try expectEqual(chunks ? try await stream.allChunks() : try await stream.all(atATime: 1), numbered(500), "the bytes")
            await stream.close()
        }
    }

    /// RDY-04: closing with unread input resets the peer.
    static let resetIsTyped = Scenario.loop("a close with unread input is a reset at the peer", "RDY-04") { loop, _ in
        let (a, b) = try await loop.pair()
        try await b.send(numbered(1000))
        try await loop.turns()
        await a.close()
        let error = try await expectError("the peer's read") { try await b.some() }
        try expectEqual((error as? IOError)?.errno, .connectionReset, "the peer's read")
        let again = try await expectError("the peer's write") {
            for _ in 0..<10 { try await b.send(numbered(10)) }
        }
        try expect([.brokenPipe, .connectionReset].contains((again as? IOError)?.errno), "the peer's write: \(again)")
        await b.close()
    }

    /// RDY-05: once, with the address, and nothing left open.
    static let refused = Scenario.loop("a refused connect says so, with the address", "RDY-05") { loop, _ in
        let listener = try await loop.listen()
        let address = listener.localAddress
        await listener.close()
        let before = loop.openDescriptorCount
        for _ in 0..<5 {
            let error = try await expectError("the connect") { try await TCPStream.connect(to: address) }
            try expectEqual((error as? IOError)?.errno, .connectionRefused, "the connect")
            try expectEqual((error as? IOError)?.subject, address.description, "the subject")
        }
        try expectEqual(loop.openDescriptorCount, before, "descriptors")
    }

    /// RDY-06: nobody answers: the deadline ends it.
    static let connectDeadline = Scenario.loop("a connect that nobody answers ends at its deadline", "RDY-06") { loop, _ in
        let (listener, address) = try fullUnixListener()
        let deadline = loop.time.advanced(by: .milliseconds(5))
        let error = try await expectError("the connect") { try await TCPStream.connect(to: address, deadline: deadline) }
        try expectEqual(cause(error), .deadline, "the connect")
        try expect(loop.time >= deadline, "TIM-02: early")
        try expectEqual(loop.openDescriptorCount, 0, "descriptors")
        for number in listener { _ = swirl_close(number) }
    }

    /// RDY-07, RDY-08: first in, first out; one byte serves one; the other goes on waiting, and can be cancelled.
    static let twoReaders = Scenario.loop("two readers of one stream are served in turn", "RDY-07 RDY-08 D14") { loop, _ in
        let (a, b) = try await loop.pair()
        let order = Box<[Int]>([])
        let readers = (0..<3).map { index in
            loop.createTask {
                let bytes = try await a.some(1)
                order.value.append(index)
                return bytes
            }
        }
        try await loop.turns()
        try await b.send([10])
        try expectEqual(try await readers[0].value, [10], "the first reader")
        try await loop.turns()
        let done = [readers[0].isDone(), readers[1].isDone(), readers[2].isDone()]
        try expectEqual(done, [true, false, false], "one byte for three")
        readers[1].cancel()
        try await b.send([11])
        try expectEqual(try await readers[2].value, [11], "the third reader")
        try expectEqual(order.value, [0, 2], "the order")
        try await expectCancelled("the cancelled one") { try await readers[1].value }
        await a.close()
        await b.close()
    }

    /// RDY-01 with several waiters: each sees the end.
    static let twoChunkReadersEnd = Scenario.loop("the end of the stream reaches everyone who waits for chunks", "RDY-01 RDY-08")
    { loop, _ in
        let (a, b) = try await loop.pair()
        let readers = (0..<3).map { _ in loop.createTask { try await a.allChunks(1) } }
        try await loop.turns()
        try await b.shutdown(.output)
        for reader in readers { try expectEqual(try await reader.value, [], "the end") }
        await a.close()
        await b.close()
    }

    /// RDY-10: nothing stalls when a reader takes little at a time.
    static let oneByteReads = Scenario.loop("small reads of a large write do not stall", "RDY-10") { loop, _ in
        let (a, b) = try await loop.pair()
        let wanted = numbered(20_000)
        let writing = loop.createTask {
            try await b.send(wanted); try await b.shutdown(.output)
        }
        var found = try await a.all(5_000, atATime: 3)
        found += try await a.all()
        try await writing.value
        try expectEqual(found, wanted, "the bytes")
        await a.close()
        await b.close()
    }

    /// RDY-12: more ready than one batch holds, and some are closed meanwhile.
    static let manyReadyStreams = Scenario.loop("600 streams ready at once are all served", "RDY-12 ORD-03 D5") { loop, _ in
        var peers: [Int32] = []
        var readers: [LoopTask<Bool>] = []
        let streams = try (0..<600).map { _ in
            let (stream, peer) = try loop.rawPair(AF_UNIX)
            peers.append(peer)
            return stream
        }
        for (index, stream) in streams.enumerated() {
            readers.append(
                loop.createTask {
                    let bytes = try? await stream.allChunks(1)
                    // The first ones close others that are ready too.
                    if index < 50 { await streams[index + 300].close() }
                    return bytes == [UInt8(truncatingIfNeeded: index)]
                })
        }
        try await loop.turns()
        for (index, peer) in peers.enumerated() { Raw.send(peer, [UInt8(truncatingIfNeeded: index)]) }
        var served = 0
        for (index, reader) in readers.enumerated() {
            let right = try await reader.value
            try expect(right || (300..<350).contains(index), "stream \(index) was not served")
            served += right ? 1 : 0
        }
        try expect(served >= 550, "served: \(served)")
        for stream in streams { await stream.close() }
        for peer in peers { _ = swirl_close(peer) }
    }.needing(descriptors: 1200)

    /// The same streams over Unix sockets: abstract names, both ways, the end.
    static let unixStreams = Scenario.loop("Unix sockets carry streams too", "RDY-02") { loop, _ in
        let name = "swirl-unix-\(getpid())-\(swirl_monotonic_nanoseconds())"
        let address = try require(SocketAddress(unixPath: name, abstract: true), "an address")
        let listener = try await TCPListener.bind(to: address)
        try expectEqual(listener.localAddress, address, "the address")
        let client = try await TCPStream.connect(to: listener.localAddress)
        let server = try await listener.accept()
        let wanted = numbered(300_000)
        let writing = loop.createTask {
            try await client.send(wanted); await client.close()
        }
        try expectEqual(try await server.allChunks(), wanted, "the bytes")
        try await writing.value
        await server.close()
        await listener.close()
    }

    /// RDY-10: chunks, reads into memory, and small pieces of what a chunk brought, in any order.
    static let mixedReads = Scenario.loop("reads and chunks of one stream keep its order", "RDY-10 D14") { loop, _ in
        let (a, b) = try await loop.pair()
        let wanted = numbered(60_000)
        let writing = loop.createTask {
            for start in stride(from: 0, to: wanted.count, by: 1000) {
                try await b.send(Array(wanted[start..<start + 1000]))
                if start % 3000 == 0 { try await loop.turns(1) }
            }
            try await b.shutdown(.output)
        }
        var found: [UInt8] = []
        var round = 0
        while true {
            round += 1
            let more = round % 3 == 0 ? try await a.allChunks(1) : try await a.some(round % 3 == 1 ? 7 : 4000)
            if more.isEmpty { break }
            found += more
        }
        try await writing.value
        try expectEqual(found, wanted, "the bytes")
        await a.close()
        await b.close()
    }

    /// CAN-04 across threads: a receive that is armed must not take the bytes of a reader on another thread.
    static let foreignReadAfterChunk = Scenario.loop(
        "a reader off the loop gets the bytes that a cancelled chunk waited for", "CAN-04 D14"
    ) {
        loop, _ in
        let (a, b) = try await loop.pair()
        let early = try await expectError("the chunk") {
            try await a.nextChunk(deadline: loop.time.advanced(by: .milliseconds(1)))?.count
        }
        try expectEqual(cause(early), .deadline, "the chunk")
        let foreign = Task.detached { try await a.all(3) }
        try await loop.turns(5)
        try await b.send([1, 2, 3])
        try expectEqual(try await foreign.value, [1, 2, 3], "the bytes")
        await a.close()
        await b.close()
    }
}
