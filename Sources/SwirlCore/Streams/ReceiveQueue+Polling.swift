// Where the core picks the buffer: wait until the socket is readable, then receive.

import CSwirlSystem

extension ReceiveQueue {
    /// Asks whether the socket is readable, which costs no system call, and receives if it is.
    @inline(__always)
    func receiveWhenReadable(isReadable: Bool) -> Step {
        var isReadable = isReadable && open.isIdle(.input)
        while true {
            if !isReadable {
                switch startPolling() {
                case .waiting(let token): return .waiting(token)
                case .ended(let events): if events < 0 { return .ended(events) }
                }
            }
            isReadable = false
            let (lease, result) = receiveNow()
            if let lease { return .lease(lease) }
            // Readable no more: somebody else took it, or it never was. Ask again.
            if result == -EAGAIN { continue }
            // The machine's want of memory is not the stream's end: who comes next tries again.
            if result != -ENOMEM { end = result }
            return .ended(result)
        }
    }

    /// SAFETY: the queue keeps its descriptor; said so, because the compiler would retain it for the call.
    @inline(__always)
    private func startPolling() -> Started {
        unsafe Unmanaged.passUnretained(open)._withUnsafeGuaranteedRef {
            unsafe core.start(.poll($0.descriptor, .input), on: $0, .input)
        }
    }

    /// Receives without waiting into the slice used last, or, past the group's limit or the connection's share, into
    /// memory as large as what came.
    @inline(__always)
    private func receiveNow() -> (Lease?, Int32) {
        if !core.usesKernelBuffers, held < core.options.receiveShareBytes, let (buffer, memory) = unsafe core.buffers.pick() {
            let result = unsafe core.driver.receiveNow(open.descriptor, into: memory)
            guard result > 0 else {
                core.buffers.unpick(buffer)
                return (nil, result)
            }
            let bytes = unsafe core.buffers.lease(buffer, count: Int(result))
            held += Int(result)
            return unsafe (lease(bytes, buffer), result)
        }
        guard let scratch = unsafe core.buffers.scratchMemory() else { return (nil, -ENOMEM) }
        let result = unsafe core.driver.receiveNow(open.descriptor, into: scratch)
        guard result > 0 else { return (nil, result) }
        isStarved = false
        return unsafe (privateLease(copying: UnsafeRawBufferPointer(rebasing: scratch[..<Int(result)])), result)
    }
}
