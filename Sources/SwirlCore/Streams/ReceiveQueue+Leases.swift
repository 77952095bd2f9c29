extension ReceiveQueue {
    /// A lease of bytes that lie in a slice of the group.
    @inline(__always)
    func lease(_ bytes: UnsafeRawBufferPointer, _ buffer: UInt16) -> Lease {
        began()
        return unsafe Lease(start: bytes.baseAddress!, count: bytes.count, buffer: Int32(buffer), queue: self)
    }

    /// A lease with memory of its own, holding a copy.
    func privateLease(copying bytes: UnsafeRawBufferPointer) -> Lease {
        began()
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
        unsafe copy.copyMemory(from: bytes)
        return unsafe Lease(
            start: UnsafeRawPointer(copy.baseAddress!), count: bytes.count, buffer: -1, queue: self)
    }

    @inline(__always)
    private func began() {
        leases += 1
        if isSelfRetained { return }
        isSelfRetained = true
        _ = unsafe Unmanaged.passRetained(self)
    }

    /// Ends a lease, from wherever its holder is.
    @inline(__always)
    func end(_ lease: Lease) {
        let core = core
        if core.isOnOwnerThread {
            endHere(lease)
        } else {
            core.callEventually { _ in lease.end() }
        }
    }

    @inline(__always)
    func endHere(_ lease: Lease) {
        if lease.isPrivate {
            unsafe lease.start.deallocate()
        } else if core.phase != .closed {
            // On a closed loop there is no driver any more to give it to; the memory goes with the group.
            held -= lease.count
            core.release(UInt16(truncatingIfNeeded: lease.buffer))
        }
        leases -= 1
        if isDiscarded { letGo() }
    }

    /// Gives back what nobody will take: the stream is gone. What arrives until its descriptor is closed goes back as well.
    func discard() {
        isDiscarded = true
        while let lease = pop() { endHere(lease) }
        letGo()
    }

    /// Ends the queue's hold on itself when the last lease has ended. Whoever calls holds the queue for the call.
    private func letGo() {
        guard isSelfRetained && leases == 0 else { return }
        isSelfRetained = false
        unsafe Unmanaged.passUnretained(self).release()
    }
}

extension LoopCore {
    /// As `ReceiveQueue.discard`, from any thread.
    package func discard(_ queue: ReceiveQueue) {
        if isOnOwnerThread {
            queue.discard()
        } else {
            callEventually { _ in queue.discard() }
        }
    }
}
