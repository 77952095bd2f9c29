import HTTPFiles
import Swirl

/// Memory that a piece of an answer is put together in: the head, and bytes of a file behind it.
@safe
final class SendBuffer {
    /// More would hardly be faster: the copies are what costs. A client that is slower than this in the idle timeout is
    /// taken for a dead one.
    static let size = 64 * 1024

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: SendBuffer.size, alignment: 4096)

    deinit {
        unsafe memory.deallocate()
    }

    /// Sends `head`, and bytes of the file's `range` from the start on, as many as fit or can be had at once.
    ///
    /// - Returns: how many bytes of the file; 0 when it ends before `range` does.
    func send(
        _ head: [UInt8], _ file: File, _ range: Range<Int64>, to stream: TCPStream, deadline: () -> LoopClock.Instant
    ) async throws -> Int {
        let wanted = min(Self.size, head.count + Int(clamping: range.count))
        // SAFETY: the span covers the first `wanted` bytes of memory that nobody else uses meanwhile.
        var piece = unsafe OutputRawSpan(
            buffer: UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]), initializedCount: 0)
        for byte in head { piece.append(byte) }
        let count = try await file.read(into: &piece, at: range.lowerBound)
        if count > 0 { try await stream.write(piece.bytes, deadline: deadline()) }
        return count
    }
}

/// A few buffers that are used again and again; more exist while more answers are being sent. An idle connection has none.
final class SendBuffers {
    private static let spareMax = 16
    private var spare: [SendBuffer] = []

    func take() -> SendBuffer { spare.popLast() ?? SendBuffer() }

    func giveBack(_ buffer: SendBuffer) {
        if spare.count < Self.spareMax { spare.append(buffer) }
    }
}
