import CSwirlSystem
public import SwirlCore
import SwirlSockets

/// What a scenario is told: on which backend it runs.
public struct ScenarioContext: Sendable {
    public let backend: Backend
    /// The scenario's name.
    public let name: String
}

/// Something that the tasks of one loop share.
final class Box<T>: @unchecked Sendable {
    // Sendable: used on one loop's thread only.
    var value: T

    init(_ value: T) {
        self.value = value
    }
}

extension Loop {
    /// A listener on a port of the kernel's choice.
    func listen(_ options: ListenOptions = ListenOptions()) async throws -> TCPListener {
        try await TCPListener.bind(to: .loopback(port: 0), options: options)
    }

    /// Two streams that are connected through the loopback interface, both of this loop.
    func pair() async throws -> (TCPStream, TCPStream) {
        let listener = try await listen()
        let client = try await TCPStream.connect(to: listener.localAddress)
        let server = try await listener.accept()
        await listener.close()
        return (server, client)
    }

    /// A stream, and the raw end of its peer, which the scenario closes.
    func rawPair(_ domain: Int32 = AF_INET) throws -> (TCPStream, Int32) {
        let (a, b) = try Raw.pair(domain)
        return (TCPStream(OpenDescriptor(Descriptor(a, .socket), core: core)), b)
    }

    /// Lets everything run that is ready, and asks the driver, a number of times.
    func turns(_ count: Int = 3) async throws {
        // A timer that is due, unlike a sleep of zero, has the loop ask its driver.
        for _ in 0..<count { try await sleep(until: time) }
    }

    /// Takes turns until `condition` holds; a scenario's time limit bounds it.
    func until(_ condition: () -> Bool) async throws {
        while !condition() { try await sleep(for: .microseconds(100)) }
    }
}

extension TCPStream {
    /// The next bytes; none at the end of the stream.
    nonisolated(nonsending) func some(_ max: Int = 65536, deadline: LoopClock.Instant? = nil) async throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        let count = try await read(into: &raw, deadline: deadline)
        bytes.removeLast(max - count)
        return bytes
    }

    /// All bytes until the end of the stream, or until there are `count`.
    nonisolated(nonsending) func all(_ count: Int = .max, atATime: Int = 65536) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try await some(min(atATime, count - bytes.count))
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    /// As `all`, by chunks.
    nonisolated(nonsending) func allChunks(_ count: Int = .max) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let chunk = try await nextChunk() {
            unsafe chunk.bytes.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    nonisolated(nonsending) func send(_ bytes: [UInt8], deadline: LoopClock.Instant? = nil) async throws {
        unsafe try await write(bytes.span.bytes, deadline: deadline)
    }
}

func copy(of chunk: borrowing Chunk) -> [UInt8] {
    unsafe chunk.bytes.withUnsafeBytes { unsafe Array($0) }
}

/// Bytes that tell their place, so that a gap, a repetition or a change of order shows.
func numbered(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
}

/// The cause of an `IOError`; nothing for other errors.
func cause(_ error: any Error) -> IOError.Cause? {
    (error as? IOError)?.cause
}
