import CSwirlSystem
import Glibc
import SwirlCore
import SwirlSockets
import SystemPackage

extension Conformance {
    static let resources = [
        outOfDescriptors, smallRing, dryGroup, sharedBuffers, clientsThatNeverRead, blockedWriteHoldsNothing, shareOfOne,
        chunksHeld, brokenPipe,
        emptyReads, shortWrites,
        threadsComeAndGo, nothingAllocatedForIdle,
    ]

    /// RES-01: the client stays in the kernel's queue and is served when there is room; no spin meanwhile.
    static let outOfDescriptors = Scenario.loop(
        "accepting without a free descriptor waits and heals", "RES-01 RES-03", faultless: true
    ) {
        loop, _ in
        let listener = try await loop.listen()
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let client = swirl_socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { _ = swirl_close(client) }
        var low = limit
        low.rlim_cur = 128
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &low)
        var fill: [Int32] = []
        // Whatever is thrown meanwhile: no scenario after this one could open anything.
        defer { for number in fill { _ = swirl_close(number) } }
        while case let number = dup(client), number >= 0 { fill.append(number) }
        defer { unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
        // After the limit: a ring remembers it from when the accept was armed.
        let accepting = loop.createTask { try await listener.accept() }
        try await loop.turns()
        var address = Raw.loopback(port: listener.localAddress.port!)
        _ = unsafe swirl_connect(client, &address, 16)
        let before = loop.waitCount
        try await loop.sleep(for: .milliseconds(30))
        try expect(!accepting.isDone(), "accepted without a descriptor")
        try expect(loop.waitCount - before < 20, "\(loop.waitCount - before) waits in 30 ms")
        let error = try await expectError("a connect") { try await TCPStream.connect(to: listener.localAddress) }
        try expectEqual((error as? IOError)?.errno.rawValue, EMFILE, "a connect")
        for number in fill { _ = swirl_close(number) }
        fill = []
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let server = try await accepting.value
        try await server.send([7])
        try await loop.until { Raw.receive(client) == [7] }
        await server.close()
        await listener.close()
    }

    private static var tiny: LoopOptions {
        var options = LoopOptions.testing
        options.driver.queueEntries = 1
        return options
    }

    /// RES-06, RES-07: more at once than the queues hold.
    static let smallRing = Scenario.loop("hundreds of streams through queues of one entry", "RES-06 RES-07 RES-08", options: tiny)
    {
        loop, _ in
        var readers: [LoopTask<[UInt8]>] = []
        var peers: [Int32] = []
        for _ in 0..<400 {
            let (stream, peer) = try loop.rawPair(AF_UNIX)
            peers.append(peer)
            readers.append(
                loop.createTask {
                    let bytes = try await stream.allChunks(100)
                    await stream.close()
                    return bytes
                })
        }
        try await loop.turns()
        for peer in peers { Raw.send(peer, numbered(60)) }
        for peer in peers { Raw.send(peer, numbered(40, from: 60)) }
        for reader in readers { try expectEqual(try await reader.value, numbered(100), "the bytes") }
        for peer in peers { _ = swirl_close(peer) }
    }.needing(descriptors: 800)

    private static func group(_ buffers: Int, _ bytes: Int, share: Int) -> LoopOptions {
        var options = LoopOptions.testing
        options.receiveBufferBytes = bytes
        options.receiveBuffersMax = buffers
        options.receiveShareBytes = share
        return options
    }

    /// RES-09: two buffers for fifty streams that hold what they got.
    static let dryGroup = Scenario.loop(
        "two buffers serve fifty streams that hold their chunks", "RES-09 D15", options: group(2, 4096, share: 8192)
    ) { loop, _ in
        let (held, release) = (Box(0), Future<Void>())
        var readers: [LoopTask<[UInt8]>] = []
        var peers: [Int32] = []
        for _ in 0..<50 {
            let (stream, peer) = try loop.rawPair(AF_UNIX)
            peers.append(peer)
            readers.append(
                loop.createTask {
                    var bytes: [UInt8] = []
                    while bytes.count < 6000, let chunk = try await stream.nextChunk() {
                        bytes += copy(of: chunk)
                        if bytes.count == chunk.count {
                            held.value += 1
                            try await release.value
                        }
                        _ = consume chunk
                    }
                    await stream.close()
                    return bytes
                })
            Raw.send(peer, numbered(6000))
        }
        try await loop.until { held.value == 50 }
        try release.setResult(())
        for reader in readers { try expectEqual(try await reader.value, numbered(6000), "the bytes") }
        try expectEqual(loop.leasedBufferCount, 0, "leases")
        for peer in peers { _ = swirl_close(peer) }
    }

    /// RES-09: who receives a buffer's worth, and lets go of it, leaves the buffer for the next.
    static let sharedBuffers = Scenario.loop(
        "a burst on sixty streams goes through the buffers there are", "RES-09 D15"
    ) { loop, _ in
        let received = Box(0)
        var readers: [LoopTask<Void>] = []
        var peers: [Int32] = []
        for _ in 0..<60 {
            let (stream, peer) = try loop.rawPair(AF_UNIX)
            peers.append(peer)
            readers.append(
                loop.createTask {
                    while let chunk = try await stream.nextChunk() { received.value += chunk.count }
                    await stream.close()
                })
        }
        let bytes = [UInt8](repeating: 7, count: 60_000)
        for round in 1...3 {
            for peer in peers { try expectEqual(Raw.send(peer, bytes), bytes.count, "sent") }
            try await loop.until { received.value == round * 60 * bytes.count }
        }
        for peer in peers { _ = swirl_close(peer) }
        for reader in readers { try await reader.value }
        try expect(loop.receiveBufferCount <= 32, "\(loop.receiveBufferCount) buffers")
    }

    /// D15, LOAD-03: who never reads holds up nobody, and no memory without bound.
    static let clientsThatNeverRead = Scenario.loop(
        "two hundred clients that never read stop nobody else", "D15 LOAD-03", options: group(16, 65536, share: 65536)
    ) { loop, _ in
        let listener = try await loop.listen()
        let serving = loop.createTask {
            for try await stream in listener.connections {
                loop.createTask {
                    do {
                        try await stream.setOption(.sendBufferBytes, to: 8192)
                        try await stream.setOption(.receiveBufferBytes, to: 8192)
                        while let chunk = try await stream.nextChunk() { try await stream.write(chunk) }
                    } catch {}
                    await stream.close()
                }
            }
        }
        let port = listener.localAddress.port!
        var rude: [Int32] = []
        let piece = numbered(65536)
        for _ in 0..<200 {
            let client = try Raw.connect(port: port)
            Raw.setBuffer(client, SO_RCVBUF, 4096)
            Raw.setBuffer(client, SO_SNDBUF, 4096)
            rude.append(client)
            _ = Raw.send(client, piece)
        }
        // They send until nobody takes any more: everything on the way is full, so nobody reads on without bound.
        var quiet = 0
        while quiet < 5 {
            let sent = rude.reduce(0) { $0 + max(0, Raw.send($1, piece)) }
            quiet = sent > 0 ? 0 : quiet + 1
            try await loop.turns(2)
        }
        let fresh = try await TCPStream.connect(to: listener.localAddress)
        try await fresh.send(numbered(1000))
        try expectEqual(try await fresh.all(1000), numbered(1000), "a fresh client's answer")
        await fresh.close()
        for client in rude {
            Raw.lingerZero(client)
            _ = swirl_close(client)
        }
        await listener.close()
        try await serving.value
    }

    /// D15: a share of one byte still makes progress, in order.
    static let shareOfOne = Scenario.loop(
        "the smallest share still passes everything on", "D15 D8", options: group(2, 4096, share: 1)
    ) {
        loop, _ in
        let (a, b) = try await loop.pair()
        try await b.send(numbered(300))
        try await b.shutdown(.output)
        try expectEqual(try await a.allChunks(), numbered(300), "the bytes")
        await a.close()
        await b.close()
    }

    /// D4, D15: chunks that are held keep their bytes while hundreds more arrive, also ended on other threads.
    static let chunksHeld = Scenario.loop("chunks that are held keep their bytes", "D4 D15 CAN-13") { loop, _ in
        let (a, b) = try await loop.pair()
        let total = 600_000
        let writing = loop.createTask { try await b.send(numbered(total)) }
        var seen = 0
        var round = 0
        while seen < total {
            guard let first = try await a.nextChunk() else { break }
            let firstAt = seen
            seen += first.count
            if seen < total, round % 3 == 0, let second = try await a.nextChunk() {
                let bytes = copy(of: second)
                try expectEqual(bytes, numbered(bytes.count, from: seen), "the second chunk")
                seen += second.count
            }
            let bytes = copy(of: first)
            try expectEqual(bytes, numbered(bytes.count, from: firstAt), "the chunk that was held")
            if round % 5 == 0 { await endElsewhere(first) }
            round += 1
        }
        try await writing.value
        try expectEqual(seen, total, "bytes")
        await a.close()
        await b.close()
    }

    @concurrent private static func endElsewhere(_ chunk: consuming Chunk) async {
        _ = consume chunk
    }

    /// IO-06: an error, and the process lives; the error comes again.
    static let brokenPipe = Scenario.loop("writing to a peer that is gone is an error", "IO-06 RDY-04") { loop, _ in
        for domain in [AF_UNIX, AF_INET] {
            let (stream, peer) = try loop.rawPair(domain)
            _ = swirl_close(peer)
            let error = try await expectError("the write") { for _ in 0..<20 { try await stream.send(numbered(1000)) } }
            let number = (error as? IOError)?.errno.rawValue
            try expect(number == EPIPE || number == ECONNRESET, "the write: \(error)")
            _ = try await expectError("the write after") { try await stream.write(vectored: [[1], [2]]) }
            await stream.close()
        }
    }

    /// IO-01: at once, on an idle stream.
    static let emptyReads = Scenario.loop("reads and writes of nothing end at once", "IO-01") { loop, _ in
        let (stream, peer) = try loop.rawPair()
        try expectEqual(try await stream.some(0), [], "a read of nothing")
        try await stream.send([])
        try await stream.write(vectored: [])
        try await stream.write(vectored: [[], []])
        _ = swirl_close(peer)
        await stream.close()
    }

    /// IO-03, IO-04: all of it, whatever the kernel takes at a time.
    static let shortWrites = Scenario.loop("large writes in thousands of pieces arrive whole", "IO-03 IO-04") { loop, _ in
        let (a, b) = try await loop.pair()
        try await a.setOption(.sendBufferBytes, to: 8192)
        try expect(try await a.option(.sendBufferBytes) > 0, "the option")
        let pieces = (0..<3000).map { numbered($0 % 5 == 0 ? 0 : 70, from: $0 * 70) }
        let wanted = pieces.flatMap { $0 }
        let writing = loop.createTask {
            try await a.write(vectored: pieces)
            try await a.send(wanted)
            try await a.shutdown(.output)
        }
        try expectEqual(try await b.all(), wanted + wanted, "the bytes")
        try await writing.value
        await a.close()
        await b.close()
    }

    /// LOOP-07: handles that go away on other threads.
    static let threadsComeAndGo = Scenario.loop("streams dropped on other threads are closed", "D9 FD-06") { loop, _ in
        for _ in 0..<20 {
            let peer = try await dropElsewhere(loop)
            try await loop.until { Raw.receiveResult(peer) != -EAGAIN }
            _ = swirl_close(peer)
        }
        try await loop.until { loop.openDescriptorCount == 0 }
    }

    private static func dropElsewhere(_ loop: isolated Loop) async throws -> Int32 {
        let (stream, peer) = try loop.rawPair()
        let box = Box<TCPStream?>(stream)
        await Task.detached { box.value = nil }.value
        return peer
    }

    /// D15: a stream on which nothing arrives holds no buffer.
    static let nothingAllocatedForIdle = Scenario.loop("idle streams hold no buffers", "D15", faultless: true) { loop, _ in
        var readers: [LoopTask<[UInt8]>] = []
        var peers: [Int32] = []
        let greeted = Box(0)
        for _ in 0..<100 {
            let (stream, peer) = try loop.rawPair(AF_UNIX)
            peers.append(peer)
            readers.append(
                loop.createTask {
                    let greeting = try await stream.allChunks(1)
                    greeted.value += 1
                    _ = try? await stream.allChunks(1)
                    return greeting
                })
            Raw.send(peer, [1])
        }
        try await loop.until { greeted.value == 100 }
        try await loop.turns()
        try expectEqual(loop.leasedBufferCount, 0, "leases")
        for peer in peers { _ = swirl_close(peer) }
        for reader in readers { try expectEqual(try await reader.value, [1], "the greeting") }
    }
}
