// The loop's buffer group and its driver: which buffers go to the kernel's ring, and when.

import SystemPackage

extension LoopCore {
    /// The kernel's ring of buffers, with a few to begin with: it grows when those are held for longer.
    func openKernelBuffers() throws(Errno) {
        if !usesKernelBuffers || hasKernelBuffers { return }
        var capacity: UInt16 = 1
        while Int(capacity) < buffers.slicesMax && capacity < 1 << 15 { capacity *= 2 }
        try driver.provide(capacity: capacity)
        hasKernelBuffers = true
        for _ in 0..<min(32, buffers.slicesMax) { _ = growKernelBuffers() }
    }

    /// A lease has ended: its buffer goes back when it was the last.
    @inline(__always)
    func release(_ buffer: UInt16) {
        guard let memory = unsafe buffers.release(buffer) else { return }
        if usesKernelBuffers {
            unsafe driver.recycle(buffer: buffer, memory: memory)
        } else {
            buffers.unpick(buffer)
        }
    }

    /// Gives the kernel's ring one more slice. False at the limit, and where there is no ring.
    func growKernelBuffers() -> Bool {
        guard hasKernelBuffers, let (buffer, memory) = unsafe buffers.addSlice() else { return false }
        unsafe driver.recycle(buffer: buffer, memory: memory)
        return true
    }
}
