import CSwirlSystem
public import SwirlCore

extension TCPStream {
    /// Sends all of the bytes, in one piece: no other write comes between. Suspends while the kernel's buffer is full.
    ///
    /// - Cancellation: throws `CancellationError`; a prefix may have been sent, and nobody knows how much of that the peer
    ///   has read: a stream whose write was cancelled is good for closing.
    /// - Throws: `IOError` (a deadline that passed is `.deadline`; then, too, a prefix may have been sent; `EPIPE` or
    ///   `ECONNRESET`, without a signal, when the peer is gone), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `send(2)` with `MSG_NOSIGNAL`.
    public nonisolated(nonsending) func write(_ bytes: RawSpan, deadline: LoopClock.Instant? = nil) async throws {
        // SAFETY: D4: the span is borrowed by this call, which returns after the terminal completion.
        let memory = unsafe bytes.withUnsafeBytes { unsafe $0 }
        let result = await unsafe sendAll(memory, deadline?.nanoseconds ?? .max)
        if result < 0 { throw await failure(result, "write") }
    }

    /// Sends all of a chunk, which ends, in one piece as `write` of a span. From any thread.
    ///
    /// If the peer takes its time, the rest is copied out and the loop's buffer goes back at once: a client that does not
    /// read holds nobody's buffers (D15). Only a chunk that another loop lent is held until all of it is sent.
    ///
    /// - Cancellation: as `write` of a span; the chunk has ended in any case.
    /// - Throws: as `write` of a span.
    ///
    /// Costs a copy only where it waits. The corresponding system call is `send(2)` with `MSG_NOSIGNAL`.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) func write(_ chunk: consuming Chunk, deadline: LoopClock.Instant? = nil) async throws {
        // Nearly always all of it goes out at once, and for that the caller's task needs no frame of this function's.
        // SAFETY: the chunk outlives the call, which keeps nothing.
        let first = unsafe sendAtOnce(chunk.lentBytes)
        if Int(first) != chunk.count { try await sendRest(of: chunk, after: first, deadline) }
    }

    /// Tries to send bytes without waiting, where that is this thread's to do. How many went out, or an error.
    @inlinable
    @inline(__always)
    func sendAtOnce(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        core.maySendAtOnce(on: open) && !isWriting ? unsafe core.driver.sendNow(open.descriptor, from: bytes) : 0
    }

    /// Sends what is left of a chunk, and ends it.
    @usableFromInline
    nonisolated(nonsending) func sendRest(of chunk: consuming Chunk, after first: Int32, _ deadline: LoopClock.Instant?)
        async throws
    {
        let lease = chunk.take()
        let result: Int32
        if core.isOnOwnerThread {
            result = await sendHere(lease, after: first, deadline?.nanoseconds ?? .max)
        } else {
            result = await sendElsewhere(lease, deadline?.nanoseconds ?? .max)
        }
        if result < 0 { throw await failure(result, "write") }
    }

    /// Sends what `sendAtOnce` has left of a lease's bytes, and ends it.
    private nonisolated(nonsending) func sendHere(_ lease: Lease, after first: Int32, _ deadline: Int64) async -> Int32 {
        var lease = lease
        var result: Int32 = 0
        if first >= 0 {
            lease.taken += Int(first)
            if lease.left == 0 {
                lease.end()
                return 0
            }
        } else if first != -EAGAIN && first != -EINTR {
            // The kernel tells of an error once: a second try would find another.
            result = first
        }
        if result == 0 {
            if lease.canMove(on: core) { lease = lease.moved() }
            result = await unsafe sendAllHere(lease.bytes, deadline)
        }
        lease.end()
        return result
    }

    /// The whole write on the loop's thread: only there can the rest be copied out.
    private nonisolated(nonsending) func sendElsewhere(_ lease: Lease, _ deadline: Int64) async -> Int32 {
        if let result = await core.onLoop({ [self] _ in
            await unsafe sendHere(lease, after: sendAtOnce(lease.bytes), deadline)
        }) {
            return result
        }
        lease.end()
        return Ending.loopClosed
    }

    private nonisolated(nonsending) func sendAll(_ bytes: UnsafeRawBufferPointer, _ deadline: Int64) async -> Int32 {
        if core.isOnOwnerThread { return await unsafe sendAllHere(bytes, deadline) }
        // SAFETY: D4: lent until this returns.
        nonisolated(unsafe) let bytes = unsafe bytes
        return await core.onLoop { [self] _ in await unsafe sendAllHere(bytes, deadline) } ?? Ending.loopClosed
    }

    private nonisolated(nonsending) func sendAllHere(_ bytes: UnsafeRawBufferPointer, _ deadline: Int64) async -> Int32 {
        let turn = await takeTurn(deadline)
        if turn < 0 { return turn }
        defer { endTurn() }
        var sent = 0
        while sent < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let result = await unsafe core.perform(.send(open.descriptor, from: rest), on: open, .output, deadline: deadline)
            if result < 0 { return result }
            sent += Int(result)
        }
        return 0
    }

    /// Sends several pieces in one call, as if they were one: a head and a body, say. They are copied first.
    ///
    /// - Cancellation, errors: as `write`.
    ///
    /// The corresponding system call is `sendmsg(2)`, with at most 1,024 pieces each.
    public nonisolated(nonsending) func write(vectored pieces: [[UInt8]], deadline: LoopClock.Instant? = nil) async throws {
        let deadline = deadline?.nanoseconds ?? .max
        // SAFETY: D4: on the heap, and freed when the last call has ended; meanwhile the loop's thread alone has it.
        nonisolated(unsafe) let vectors = unsafe Vectors(pieces)
        defer { unsafe vectors.free() }
        let result: Int32
        if core.isOnOwnerThread {
            result = await unsafe sendAllHere(vectors, deadline)
        } else {
            result = await core.onLoop { [self] _ in await unsafe sendAllHere(vectors, deadline) } ?? Ending.loopClosed
        }
        if result < 0 { throw await failure(result, "write") }
    }

    private nonisolated(nonsending) func sendAllHere(_ vectors: Vectors, _ deadline: Int64) async -> Int32 {
        let turn = await takeTurn(deadline)
        if turn < 0 { return turn }
        defer { endTurn() }
        while unsafe vectors.prepare() {
            let result = await unsafe core.perform(
                .sendVectors(open.descriptor, UnsafePointer(vectors.message)), on: open, .output, deadline: deadline)
            if result < 0 { return result }
            unsafe vectors.advance(by: Int(result))
        }
        return 0
    }
}
