import CSwirlSystem
public import SwirlCore

/// A listening TCP (or Unix stream) socket.
///
/// `accept` and `connections` may be used from several tasks; each connection goes to one of them, and a cancelled
/// `accept` loses none.
public final class TCPListener: @unchecked Sendable {
    // Sendable: immutable; what changes belongs to the loop's thread.
    private let open: OpenDescriptor
    private let queue: AcceptQueue
    /// Where it listens: with the port that the kernel chose, if 0 was asked for.
    public let localAddress: SocketAddress

    private init(_ open: OpenDescriptor, _ address: SocketAddress) {
        self.open = open
        queue = AcceptQueue(open)
        localAddress = address
    }

    deinit {
        open.core.abandon(open)
    }

    /// Binds and listens, on `loop` or the loop that runs on this thread.
    ///
    /// - Throws: `IOError` (`bind` or `listen`, with the address), `CancellationError`, `LoopError`.
    ///
    /// The corresponding system calls are `socket(2)`, `setsockopt(2)`, `bind(2)`, `listen(2)` and `getsockname(2)`.
    public static nonisolated(nonsending) func bind(
        to address: SocketAddress, options: ListenOptions = ListenOptions(), on loop: Loop? = nil
    ) async throws -> TCPListener {
        let core = try SocketCalls.core(loop)
        let open = try await SocketCalls.open(core, for: address, "bind")
        do {
            try await set(options, on: open, address)
            let bound = unsafe await address.bytes.lent { bytes in
                await unsafe core.perform(.bind(open.descriptor, to: bytes), on: open, nil)
            }
            guard bound >= 0 else { throw IOError.of(bound, "bind", address.description) }
            let listening = await unsafe core.perform(.listen(open.descriptor, backlog: options.backlog), on: open, nil)
            guard listening >= 0 else { throw IOError.of(listening, "listen", address.description) }
            switch await SocketCalls.name(open, ofPeer: false) {
            case .success(let local): return TCPListener(open, local)
            case .failure(let failure): throw IOError.of(failure.result, "getsockname", address.description)
            }
        } catch {
            _ = await core.close(open)
            throw error
        }
    }

    private static nonisolated(nonsending) func set(
        _ options: ListenOptions, on open: OpenDescriptor, _ address: SocketAddress
    ) async throws {
        var wanted: [(Int32, Int32, Bool)] = [
            (SOL_SOCKET, SO_REUSEADDR, options.reuseAddress && address.family != .unix),
            (SOL_SOCKET, SO_REUSEPORT, options.reusePort),
            (Int32(IPPROTO_TCP), TCP_NODELAY, options.noDelay && address.family != .unix),
        ]
        if address.family == .ipv6 { wanted.append((Int32(IPPROTO_IPV6), IPV6_V6ONLY, options.ipv6Only)) }
        for (level, name, value) in wanted where value || name == IPV6_V6ONLY {
            let result = await SocketCalls.set(open, level, name, value ? 1 : 0)
            guard result >= 0 else { throw IOError.of(result, "setsockopt", address.description) }
        }
    }

    /// The next connection. Connections come in the order of the kernel's queue.
    ///
    /// When descriptors run out it waits and tries again: the client stays in the kernel's queue.
    ///
    /// - Cancellation: throws `CancellationError` having taken no connection.
    /// - Throws: `IOError` (closed, a deadline that passed, or an error of the listener itself; one connection's failure is
    ///   passed over), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `accept4(2)`, multishot on io_uring.
    public nonisolated(nonsending) func accept(deadline: LoopClock.Instant? = nil) async throws -> TCPStream {
        let deadline = deadline?.nanoseconds ?? .max
        let number: Int32
        if open.core.isOnOwnerThread {
            number = await queue.accept(deadline: deadline)
        } else {
            number = await open.core.onLoop { [queue] _ in await queue.accept(deadline: deadline) } ?? Ending.loopClosed
        }
        guard number >= 0 else { throw IOError.of(number, "accept", localAddress.description) }
        return TCPStream(OpenDescriptor(Descriptor(number, .socket), core: open.core))
    }

    /// The connections, one after the other, until the listener is closed.
    public var connections: Connections { Connections(listener: self) }

    /// Refuses new clients, ends every `accept` with `IOError` (closed), closes the connections that nobody took, and gives the
    /// port back. A second time does nothing. A Unix path stays in the file system.
    ///
    /// - Cancellation: none.
    public nonisolated(nonsending) func close() async {
        await queue.close()
    }

    /// A listener's connections. Pull-driven: nobody is accepted before somebody asks, but for a bounded few.
    public struct Connections: AsyncSequence, Sendable {
        public typealias Element = TCPStream

        let listener: TCPListener

        public func makeAsyncIterator() -> Iterator { Iterator(listener: listener) }

        public struct Iterator: AsyncIteratorProtocol {
            let listener: TCPListener

            /// The next connection; nothing once the listener is closed.
            ///
            /// - Cancellation: throws `CancellationError` having taken no connection.
            /// - Throws: as `accept`, but for the listener's own close.
            public nonisolated(nonsending) mutating func next() async throws -> TCPStream? {
                do {
                    return try await listener.accept()
                } catch let error as IOError where error.cause == .closed {
                    return nil
                }
            }
        }
    }
}

extension [UInt8] {
    /// Lends the bytes, at an address that does not move, for as long as `body` takes.
    nonisolated(nonsending) func lent(_ body: nonisolated(nonsending) (UnsafeRawBufferPointer) async -> Int32) async -> Int32 {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: self)
        return await unsafe body(UnsafeRawBufferPointer(memory))
    }
}
