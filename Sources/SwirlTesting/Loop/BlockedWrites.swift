import CSwirlSystem
import SwirlCore
import SwirlSockets

// Chunks that are written to a peer who does not read: what the write holds meanwhile.

extension Conformance {
    /// D15: what a write that blocks was given is copied out, and the loop's buffer goes back at once.
    static let blockedWriteHoldsNothing = Scenario.loop("a chunk whose write blocks holds no buffer of the loop", "D15 LOAD-03") {
        loop, _ in
        let passage = try Passage(on: loop)
        let writing = loop.createTask { try await passage.passOn() }
        try await loop.until { passage.given.value > 0 }
        try await loop.turns(5)
        try expect(!writing.isDone(), "the write did not block")
        try expectEqual(loop.leasedBufferCount, 0, "buffers held by a write that blocks")
        let received = try await passage.receiveAll(on: loop)
        try await writing.value
        try await passage.end(having: received)
    }

    /// D15: as on the loop; only there can the rest be copied out.
    static let blockedForeignWriteHoldsNothing = Scenario.loop(
        "a chunk whose write off the loop blocks holds no buffer of the loop", "D15 LOAD-03"
    ) {
        loop, _ in
        let passage = try Passage(on: loop)
        let writing = Task.detached { try await passage.passOn() }
        try await loop.until { passage.given.value > 0 }
        for _ in 0..<500 where loop.leasedBufferCount > 0 { try await loop.sleep(for: .milliseconds(1)) }
        try expectEqual(loop.leasedBufferCount, 0, "buffers held by a write that blocks")
        let received = try await passage.receiveAll(on: loop)
        try await writing.value
        try await passage.end(having: received)
    }
}

/// From a stream that has a chunk to give to one whose peer does not read, and has no room left.
private struct Passage: Sendable {
    private let source: TCPStream
    private let sink: TCPStream
    private let sender: Int32
    private let reader: Int32
    /// How many bytes filled the way before.
    private let before: Int
    /// How many bytes the chunk has. Injected faults may make it less than was sent.
    let given = Counter()

    init(on loop: isolated Loop) throws {
        (source, sender) = try loop.rawPair(AF_UNIX)
        (sink, reader) = try loop.rawPair(AF_UNIX)
        var before = 0
        let filler = numbered(65536)
        while case let count = Raw.send(sink.open.descriptor.number, filler), count > 0 { before += count }
        self.before = before
        Raw.send(sender, numbered(1000))
    }

    func passOn() async throws {
        guard let chunk = try await source.nextChunk() else { return }
        given.add(chunk.count)
        try await sink.write(chunk)
    }

    /// All that was sent, the chunk last.
    func receiveAll(on loop: isolated Loop) async throws -> [UInt8] {
        var received: [UInt8] = []
        try await loop.until {
            received += Raw.receive(reader)
            return received.count >= before + given.value
        }
        return received
    }

    func end(having received: [UInt8]) async throws {
        try expectEqual(Array(received[before...]), numbered(given.value), "the bytes")
        await source.close()
        await sink.close()
        for raw in [sender, reader] { _ = swirl_close(raw) }
    }
}
