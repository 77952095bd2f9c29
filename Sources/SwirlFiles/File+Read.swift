import CSwirlSystem
import SwirlCore

extension File {
    /// Reads at an offset into memory of the caller's, and says how many bytes; 0 at the end of the file, or when there is
    /// no room. Less than there is room for is not the end. The file's position stays where it is.
    ///
    /// - Cancellation: throws having read nothing, unless the read runs already: then it is waited for.
    /// - Throws: `IOError` (`ESPIPE` for what has no offsets), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `preadv2(2)`.
    public nonisolated(nonsending) func read(into bytes: inout MutableRawSpan, at offset: Int64) async throws -> Int {
        try await receive(into: &bytes, checked(offset, "read"))
    }

    /// Reads at the file's position, which moves on by as many bytes as it says.
    ///
    /// On a FIFO it waits for a first writer, and for bytes; 0 when all writers have left.
    ///
    /// - Cancellation, errors: as `read(into:at:)`.
    public nonisolated(nonsending) func read(into bytes: inout MutableRawSpan) async throws -> Int {
        try await receive(into: &bytes, Self.position)
    }

    /// As the same with raw bytes.
    public nonisolated(nonsending) func read(into bytes: inout MutableSpan<UInt8>, at offset: Int64) async throws -> Int {
        try await fill(&bytes, from: 0, checked(offset, "read"))
    }

    /// As the same with raw bytes.
    public nonisolated(nonsending) func read(into bytes: inout MutableSpan<UInt8>) async throws -> Int {
        try await fill(&bytes, from: 0, Self.position)
    }

    /// As `read(into:at:)`, behind what the span holds already.
    public nonisolated(nonsending) func read(into bytes: inout OutputRawSpan, at offset: Int64) async throws -> Int {
        try await receive(into: &bytes, checked(offset, "read"))
    }

    /// As `read(into:)`, behind what the span holds already.
    public nonisolated(nonsending) func read(into bytes: inout OutputRawSpan) async throws -> Int {
        try await receive(into: &bytes, Self.position)
    }

    /// The `count` bytes from an offset on; fewer only where the file ends.
    ///
    /// - Cancellation, errors: as `read(into:at:)`; what was read is lost.
    public nonisolated(nonsending) func read(upTo count: Int, at offset: Int64) async throws -> [UInt8] {
        let offset = try checked(offset, "read")
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            var span = bytes.mutableSpan
            let got = try await fill(&span, from: filled, offset + Int64(filled))
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Everything from the position to the end. In memory, all of it: for files whose size is known to be moderate.
    ///
    /// - Cancellation, errors: as `read(into:)`; what was read is lost, and the position has moved.
    public nonisolated(nonsending) func readAll() async throws -> [UInt8] {
        // One byte more than the size, so that a file which does not grow is read to its end without growing the array.
        let size = min(try await size, 64 << 20)
        var bytes = [UInt8](repeating: 0, count: max(4096, Int(size) + 1))
        var filled = 0
        while true {
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
            var span = bytes.mutableSpan
            let got = try await fill(&span, from: filled, Self.position)
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    private nonisolated(nonsending) func fill(
        _ bytes: inout MutableSpan<UInt8>, from start: Int, _ offset: Int64
    ) async throws -> Int {
        // SAFETY: D4: the span is borrowed by this call, which returns after the terminal completion.
        let memory = unsafe bytes.withUnsafeMutableBytes { unsafe UnsafeMutableRawBufferPointer(rebasing: $0[start...]) }
        return try await unsafe receive(memory, offset)
    }

    // MARK: Inside

    /// What operations take for «at the position».
    static let position: Int64 = -1

    /// An offset for the kernel; there, a negative one would mean the position.
    func checked(_ offset: Int64, _ operation: String) throws -> Int64 {
        guard offset >= 0 else { throw failure(-EINVAL, operation) }
        guard open.descriptor.kind != .pipe else { throw failure(-ESPIPE, operation) }
        return offset
    }

    private nonisolated(nonsending) func receive(into bytes: inout MutableRawSpan, _ offset: Int64) async throws -> Int {
        // SAFETY: D4: the span is borrowed by this call, which returns after the terminal completion.
        let memory = unsafe bytes.withUnsafeMutableBytes { unsafe $0 }
        return try await unsafe receive(memory, offset)
    }

    private nonisolated(nonsending) func receive(into bytes: inout OutputRawSpan, _ offset: Int64) async throws -> Int {
        // SAFETY: as above; `initializedCount` grows only by what the kernel wrote.
        let memory = unsafe bytes.withUnsafeMutableBytes { buffer, count in
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        }
        let count = try await unsafe receive(memory, offset)
        unsafe bytes.withUnsafeMutableBytes { _, initialized in initialized += count }
        return count
    }

    private nonisolated(nonsending) func receive(_ memory: UnsafeMutableRawBufferPointer, _ offset: Int64) async throws -> Int {
        if unsafe memory.isEmpty { return 0 }
        let descriptor = open.descriptor
        if descriptor.kind == .pipe {
            // Without a writer a read answers 0 before there has ever been one. Only a wait tells the two apart.
            let ready = await unsafe open.core.perform(.poll(descriptor, .input), on: open, .input)
            if ready < 0 { throw failure(ready, "read") }
        }
        let result = await unsafe open.core.perform(
            .read(descriptor, into: memory, at: offset), on: open, line(offset, .input))
        if result < 0 { throw failure(result, "read") }
        return Int(result)
    }

    /// The line that an operation waits its turn in (D14). A file's position is one for both directions.
    func line(_ offset: Int64, _ direction: Direction) -> Direction? {
        guard open.descriptor.isFile else { return direction }
        return offset < 0 ? .input : nil
    }
}
