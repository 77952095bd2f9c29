// What one wait brought, and how far it has been dispatched.
//
// Facts. With 1,000 busy connections one poll(2), at 37 us, brings them all, and so does one walk through the ring; with a
// quarter of the room they are asked for four times, which cost an echo there 3 and 4 %. But what belongs to 1,000
// connections is larger than the processor's nearest caches: a slot that is touched to dispatch it, and once more when its
// task runs after 1,000 others, is fetched twice.
//
// So: much is taken at once, and dispatched in pieces, each of which runs before the next is looked at.

import CSwirlSystem
import SystemPackage

@safe
struct CompletionBatch: ~Copyable {
    /// How many completions one wait may bring.
    static let capacity = 1024
    /// How many are dispatched before what they made ready runs.
    private static let pieceCount = 64

    private let memory: UnsafeMutableBufferPointer<Completion>
    private var next = 0
    private var end = 0

    init() {
        unsafe memory = .allocate(capacity: Self.capacity)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Whether all that the last wait brought has been taken.
    @inline(__always)
    var isEmpty: Bool { next == end }

    /// Lets the driver fill it, when it is empty.
    @inline(__always)
    mutating func fill(by driver: any Driver, until deadline: Deadline) throws(Errno) {
        // SAFETY: the buffer is this batch's, completions are trivial, and what was in it has been taken.
        var span = unsafe OutputSpan(buffer: memory, initializedCount: 0)
        try driver.wait(until: deadline, into: &span)
        end = unsafe span.finalize(for: memory)
        next = 0
    }

    /// The next piece. Valid until the next `fill`.
    @inline(__always)
    mutating func takePiece() -> UnsafeMutableBufferPointer<Completion> {
        let start = next
        next = min(end, start + Self.pieceCount)
        // SAFETY: within what the driver has written.
        return unsafe UnsafeMutableBufferPointer(start: memory.baseAddress! + start, count: next - start)
    }
}
