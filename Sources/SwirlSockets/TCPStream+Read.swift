public import SwirlCore

extension TCPStream {
    /// Receives at least one byte into memory of the caller's, and says how many; 0 at the end of the stream, or when
    /// there is no room.
    ///
    /// - Cancellation: throws having taken nothing from the stream.
    /// - Throws: `IOError` (a deadline that passed is `.deadline`), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `recv(2)`.
    public nonisolated(nonsending) func read(
        into bytes: inout MutableRawSpan, deadline: LoopClock.Instant? = nil
    ) async throws -> Int {
        if bytes.isEmpty { return 0 }
        // SAFETY: D4: the span is borrowed by this call, which returns after the terminal completion.
        let memory = unsafe bytes.withUnsafeMutableBytes { unsafe $0 }
        return try await unsafe receive(memory, deadline)
    }

    /// As `read(into:)`, behind what the span holds already.
    public nonisolated(nonsending) func read(
        into bytes: inout OutputRawSpan, deadline: LoopClock.Instant? = nil
    ) async throws -> Int {
        if bytes.freeCapacity == 0 { return 0 }
        // SAFETY: as above; `initializedCount` grows only by what the kernel wrote.
        let memory = unsafe bytes.withUnsafeMutableBytes { buffer, count in
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        }
        let count = try await unsafe receive(memory, deadline)
        unsafe bytes.withUnsafeMutableBytes { _, initialized in initialized += count }
        return count
    }

    private nonisolated(nonsending) func receive(
        _ memory: UnsafeMutableRawBufferPointer, _ deadline: LoopClock.Instant?
    ) async throws -> Int {
        let deadline = deadline?.nanoseconds ?? .max
        let result: Int32
        if core.isOnOwnerThread {
            result = await unsafe receiveHere(memory, deadline)
        } else {
            // SAFETY: D4: lent until this returns.
            nonisolated(unsafe) let memory = unsafe memory
            result = await core.onLoop { [self] _ in await unsafe receiveHere(memory, deadline) } ?? Ending.loopClosed
        }
        if result < 0 { throw await failure(result, "read") }
        return Int(result)
    }

    /// On the loop's thread, where it is known whether a receive that is armed may take the bytes first. Who would have to let
    /// others run before does not know it yet.
    @inline(__always)
    private nonisolated(nonsending) func receiveHere(_ memory: UnsafeMutableRawBufferPointer, _ deadline: Int64) async -> Int32 {
        if chunks.isInUse || core.isBudgetSpent { return await unsafe chunks.read(into: memory, deadline: deadline) }
        return await unsafe core.perform(.receive(open.descriptor, into: memory), on: open, .input, deadline: deadline)
    }
}
