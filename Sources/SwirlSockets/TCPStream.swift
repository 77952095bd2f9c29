import CSwirlSystem
public import SwirlCore

/// A connected TCP (or Unix) stream.
///
/// Reads and writes may run at the same time, each direction first in, first out. Buffers are lent for the call; where no
/// buffer should be held while nothing arrives, use `nextChunk`.
///
/// A cancelled read either throws `CancellationError` having taken nothing from the stream, or returns what it took; the
/// task's next operation then throws. A cancelled write may have sent a prefix. The same goes for deadlines.
///
/// May be used from any thread and task. On the loop's own a call costs no hop; elsewhere each hops to the loop and back.
/// Dropped unclosed, it is closed by the loop.
public final class TCPStream: @unchecked Sendable {
    // Sendable: immutable; what changes in these belongs to the loop's thread.
    @usableFromInline package let open: OpenDescriptor
    @usableFromInline let core: LoopCore
    @usableFromInline package let chunks: ReceiveQueue
    /// Where a reader of chunks waits, without a function of ours around it.
    @usableFromInline package let parking: Parking
    /// A write is under way, which no other may interrupt; and those that wait for it. See TCPStream+Turn.swift.
    @usableFromInline @safe @exclusivity(unchecked) var isWriting = false
    @safe @exclusivity(unchecked) var writers: [Token] = []

    package init(_ open: OpenDescriptor) {
        self.open = open
        core = open.core
        chunks = ReceiveQueue(open)
        parking = core.parking
    }

    deinit {
        core.discard(chunks)
        core.abandon(open)
    }

    // MARK: Connecting

    /// Connects to an address, on `loop` or the loop that runs on this thread. `TCP_NODELAY` is set.
    ///
    /// - Cancellation: throws `CancellationError`; the socket is closed by then.
    /// - Throws: `IOError` (`connect`, with the address; a deadline that passed is `.deadline`), `LoopError`.
    ///
    /// The corresponding system calls are `socket(2)` and `connect(2)`.
    public static nonisolated(nonsending) func connect(
        to address: SocketAddress, deadline: LoopClock.Instant? = nil, on loop: Loop? = nil
    ) async throws -> TCPStream {
        let core = try SocketCalls.core(loop)
        let open = try await SocketCalls.open(core, for: address, "connect")
        if address.family != .unix { _ = await SocketCalls.set(open, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
        let result = unsafe await address.bytes.lent { bytes in
            await unsafe core.perform(
                .connect(open.descriptor, to: bytes), on: open, .output, deadline: deadline?.nanoseconds ?? .max)
        }
        guard result >= 0 else {
            _ = await core.close(open)
            throw IOError.of(result, "connect", address.description)
        }
        return TCPStream(open)
    }

    // MARK: Closing

    /// Ends one direction: the peer reads the end of the stream, or we do. It does not wait for writes that are under way.
    ///
    /// - Throws: `IOError` (`ENOTCONN` when the peer has reset the connection), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `shutdown(2)`.
    public nonisolated(nonsending) func shutdown(_ direction: Direction) async throws {
        let how = direction == .input ? SHUT_RD : SHUT_WR
        let result = await unsafe core.perform(.shutdown(open.descriptor, how: Int32(how)), on: open, nil)
        if result < 0 { throw await failure(result, "shutdown") }
    }

    /// Ends what is in flight with `IOError` (closed), sees it end, and closes the socket. A second time does nothing.
    ///
    /// - Cancellation: none; it waits for operations to end, not for the peer.
    ///
    /// It does not shut down by itself. Unread input makes the kernel answer the peer with a reset, which may overtake what
    /// was sent: shut the output down and read to the end first where that matters.
    public nonisolated(nonsending) func close() async {
        _ = await core.close(open)
        core.discard(chunks)
    }

    /// An error with the peer's address, asked for only now.
    nonisolated(nonsending) func failure(_ result: Int32, _ operation: String) async -> any Error {
        guard result != Ending.cancelled, result != Ending.loopClosed else { return IOError.of(result, operation, "") }
        let peer = (try? await peerAddress)?.description ?? "a stream"
        return IOError.of(result, operation, peer)
    }

    // MARK: Names and options

    /// The address of this end.
    ///
    /// - Throws: `IOError`, `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `getsockname(2)`.
    public nonisolated(nonsending) var localAddress: SocketAddress {
        get async throws { try await name(ofPeer: false) }
    }

    /// The address of the other end.
    ///
    /// - Throws: `IOError` (`ENOTCONN` when the peer has reset the connection), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `getpeername(2)`.
    public nonisolated(nonsending) var peerAddress: SocketAddress {
        get async throws { try await name(ofPeer: true) }
    }

    private nonisolated(nonsending) func name(ofPeer: Bool) async throws -> SocketAddress {
        switch await SocketCalls.name(open, ofPeer: ofPeer) {
        case .success(let address): return address
        case .failure(let failure): throw IOError.of(failure.result, ofPeer ? "getpeername" : "getsockname", "a stream")
        }
    }

    /// Sets an option.
    ///
    /// - Throws: `IOError` (`EINVAL`, `ENOPROTOOPT`: the socket does not take it), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `setsockopt(2)`.
    public nonisolated(nonsending) func setOption(_ option: SocketOption, to value: Int32) async throws {
        let result = await SocketCalls.set(open, option.level, option.name, value)
        if result < 0 { throw await failure(result, "setsockopt") }
    }

    /// An option's value, as the kernel has it: a buffer's size is twice what was set.
    ///
    /// - Throws: `IOError` (`ENOPROTOOPT`: the socket has none such), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `getsockopt(2)`.
    public nonisolated(nonsending) func option(_ option: SocketOption) async throws -> Int32 {
        let (result, value) = await SocketCalls.get(open, option.level, option.name)
        if result < 0 { throw await failure(result, "getsockopt") }
        return value
    }
}
