/// Received bytes that are lent: where they lie, and what goes back when they are done with.
///
/// Plain data; whoever holds it ends it exactly once. `Chunk` does that by being noncopyable. It does not retain its queue
/// (that would be six atomic operations a request); a queue with leases out keeps itself alive.
@safe
@usableFromInline
package struct Lease: @unchecked Sendable {
    // Sendable: a lease has one holder at a time, and is ended on the loop's thread.
    // 32 bytes, which is what a function returns in registers.
    @usableFromInline let start: UnsafeRawPointer
    /// Whose share the bytes count in.
    let queue: Unmanaged<ReceiveQueue>
    /// The slice of the loop's group; -1 when the memory is the lease's own.
    let buffer: Int32
    @usableFromInline var countBits: UInt32
    @usableFromInline var takenBits: UInt32 = 0

    init(start: UnsafeRawPointer, count: Int, buffer: Int32, queue: ReceiveQueue) {
        unsafe self.start = start
        unsafe self.queue = .passUnretained(queue)
        self.buffer = buffer
        countBits = UInt32(count)
    }

    /// How many bytes there are, the ones taken included.
    var count: Int {
        get { Int(countBits) }
        set { countBits = UInt32(newValue) }
    }

    /// How many of the bytes were taken already.
    package var taken: Int {
        get { Int(takenBits) }
        set { takenBits = UInt32(newValue) }
    }

    /// How many were not.
    @inlinable
    package var left: Int { Int(countBits) - Int(takenBits) }

    /// The bytes that were not taken yet.
    @inlinable
    package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start + Int(takenBits), count: left) }

    package var isPrivate: Bool { buffer < 0 }

    /// Gives the bytes back, from wherever the holder is.
    @inline(__always)
    package func end() {
        // SAFETY: the queue lives while it has leases out.
        unsafe queue._withUnsafeGuaranteedRef { $0.end(self) }
    }

    /// Whether `moved` may be called here and is of use: on the thread of the loop that lent the bytes, which are its.
    package func canMove(on core: LoopCore) -> Bool {
        guard !isPrivate, core.isOnOwnerThread else { return false }
        return unsafe queue._withUnsafeGuaranteedRef { $0.core === core }
    }

    /// The same bytes in memory of the lease's own; this one has ended.
    package consuming func moved() -> Lease {
        let copy = unsafe queue._withUnsafeGuaranteedRef { unsafe $0.privateLease(copying: bytes) }
        end()
        return copy
    }
}
