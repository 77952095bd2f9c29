public import SwirlCore

// The same as with raw bytes, for `[UInt8].span` and `mutableSpan`: taking raw bytes of those is `unsafe` in Swift 6.3.

extension TCPStream {
    /// As `read(into:)` with raw bytes.
    public nonisolated(nonsending) func read(
        into bytes: inout MutableSpan<UInt8>, deadline: LoopClock.Instant? = nil
    ) async throws -> Int {
        // SAFETY: every byte is a UInt8.
        var raw = unsafe bytes.mutableBytes
        return try await read(into: &raw, deadline: deadline)
    }

    /// As `write` with raw bytes.
    public nonisolated(nonsending) func write(_ bytes: Span<UInt8>, deadline: LoopClock.Instant? = nil) async throws {
        try await unsafe write(bytes.bytes, deadline: deadline)
    }
}
