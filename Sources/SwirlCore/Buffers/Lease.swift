/// Received bytes: where they lie, and in which slice.
///
/// What a queue keeps. A lease names its queue besides: a queue of leases would hold itself.
@safe
struct Piece {
    let start: UnsafeRawPointer
    var count: Int
    /// How many of the bytes were taken already.
    var taken = 0
    /// The slice of the loop's group; -1 when the memory is the piece's own.
    let buffer: Int32

    var isPrivate: Bool { buffer < 0 }
}

/// Received bytes that are lent: where they lie, and what goes back when they are done with.
///
/// Plain data; whoever holds it ends it exactly once. `Chunk` does that by being noncopyable.
@safe
package struct Lease: @unchecked Sendable {
    // Sendable: a lease has one holder at a time, and is ended on the loop's thread.
    private(set) var piece: Piece
    /// Whose share the bytes count in.
    let queue: ReceiveQueue

    var start: UnsafeRawPointer { unsafe piece.start }
    var count: Int { piece.count }
    var buffer: Int32 { piece.buffer }
    /// How many of the bytes were taken already.
    package var taken: Int {
        get { piece.taken }
        set { piece.taken = newValue }
    }

    /// The bytes that were not taken yet.
    package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start + taken, count: count - taken) }

    package var isPrivate: Bool { piece.isPrivate }

    /// Gives the bytes back, from wherever the holder is.
    @inline(__always)
    package func end() {
        let core = queue.core
        if core.isOnOwnerThread {
            end(on: core)
        } else if !core.inbox.post(.lease(self)), isPrivate {
            unsafe start.deallocate()
        }
    }

    @inline(__always)
    func end(on core: LoopCore) {
        if isPrivate { return unsafe start.deallocate() }
        // On the rescue thread there is no driver any more to give it to.
        if core.phase == .closed { return }
        queue.held -= count
        core.release(UInt16(truncatingIfNeeded: buffer))
    }

    /// The same bytes in memory of the lease's own; this one has ended.
    package consuming func moved() -> Lease {
        let copy = unsafe Lease(copying: bytes, for: queue)
        end()
        return copy
    }

    init(start: UnsafeRawPointer, count: Int, buffer: UInt16, queue: ReceiveQueue) {
        unsafe piece = Piece(start: start, count: count, buffer: Int32(buffer))
        self.queue = queue
    }

    @inline(__always)
    init(_ piece: Piece, queue: ReceiveQueue) {
        self.piece = piece
        self.queue = queue
    }

    init(copying bytes: UnsafeRawBufferPointer, for queue: ReceiveQueue) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
        unsafe copy.copyMemory(from: bytes)
        unsafe piece = Piece(start: UnsafeRawPointer(copy.baseAddress!), count: bytes.count, buffer: -1)
        self.queue = queue
    }
}

extension LoopCore {
    /// For a piece whose queue has gone.
    func giveBack(_ piece: Piece) {
        if piece.isPrivate { return unsafe piece.start.deallocate() }
        if phase != .closed { release(UInt16(piece.buffer)) }
    }

    @inline(__always)
    func release(_ buffer: UInt16) {
        guard let memory = unsafe buffers.release(buffer) else { return }
        if usesKernelBuffers {
            unsafe driver.recycle(buffer: buffer, memory: memory)
        } else {
            buffers.unpick(buffer)
        }
    }

    /// Gives the kernel's ring one more slice. False at the limit.
    func growKernelBuffers() -> Bool {
        guard let (buffer, memory) = unsafe buffers.addSlice() else { return false }
        unsafe driver.recycle(buffer: buffer, memory: memory)
        return true
    }
}
