// The next chunk: nearly always one plain wait, and then bytes.
//
// Facts. An async function of ours around that wait costs its caller's task a frame to allocate and free and two resumptions
// to pass through, some 180 instructions; and its frame may be the one that does not fit the first 984 bytes that a task has
// for them. What is inlined into the caller costs nothing of that. Only what may be public can be inlined, and only a
// function whose waits are of one kind stays small.
//
// So: the step before the wait and the step after it are functions that do not wait, the plain wait between them is in the
// caller's own frame, and everything else (a child task, a foreign one or another thread, a turn to let others run, an
// error) is in `receive(from:)`.

public import SwirlCore

extension TCPStream {
    /// The next bytes, lent from the loop's buffers; nothing at the end of the stream. While it waits it holds no buffer.
    ///
    /// ```swift
    /// while let chunk = try await stream.nextChunk() {
    ///     try await stream.write(chunk)
    /// }
    /// ```
    ///
    /// - Cancellation: throws; bytes that arrived meanwhile are there for the next call.
    /// - Throws: `IOError` (a deadline that passed is `.deadline`), `CancellationError`, `LoopError.closed`.
    ///
    /// On io_uring a multishot receive from a ring of buffers; elsewhere `recv(2)` when the socket is readable.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) func nextChunk(deadline: LoopClock.Instant? = nil) async throws -> Chunk? {
        var arrival = chunks.start(until: deadline, isolation: #isolation)
        if case .parked(let token) = arrival {
            arrival = chunks.wokenUp(with: await parking.result(of: token), from: token)
        }
        if case .lease(let lease) = arrival { return Chunk(lease) }
        return try await receive(from: arrival, deadline)
    }

    /// Goes on from where no chunk has come of it yet.
    @usableFromInline
    package nonisolated(nonsending) func receive(from arrival: ReceiveQueue.Arrival, _ deadline: LoopClock.Instant?) async throws
        -> Chunk?
    {
        let deadline = deadline?.nanoseconds ?? .max
        let next: (lease: Lease?, result: Int32)
        switch arrival {
        case .lease(let lease): next = (lease, 1)
        case .ended(let result): next = (nil, result)
        case .parked(let token), .waiting(let token): next = await chunks.next(waitingFor: token, deadline: deadline)
        case .notYet where core.isOnOwnerThread: next = await chunks.next(deadline: deadline)
        case .notYet:
            let answer = await core.onLoop { [chunks] _ in await chunks.next(deadline: deadline) }
            next = answer ?? (lease: nil, result: Ending.loopClosed)
        }
        if let lease = next.lease { return Chunk(lease) }
        if next.result < 0 { throw await failure(next.result, "read") }
        return nil
    }
}
