#if URing
import CLiburing
import SwirlCore
import SystemPackage

extension URingDriver {
    /// One group, number 0: a ring of buffers in memory shared with the kernel, which fills the one at its head piece by
    /// piece. 32 buffers of 64 KiB cost 1.02 of the best for large messages; whole buffers of 4 KiB cost 7.8.
    func provide(capacity: UInt16) throws(Errno) {
        precondition(capacity.nonzeroBitCount == 1, "a group's capacity is a power of two, and not \(capacity)")
        let result = unsafe swirl_uring_provide(ring, capacity)
        if result < 0 { throw Errno(rawValue: -result) }
    }

    /// No system call: the kernel reads the ring's tail when it needs a buffer.
    func recycle(buffer: UInt16, memory: UnsafeMutableRawBufferPointer) {
        let count = memory.count
        unsafe largestBuffer = max(largestBuffer, UInt32(clamping: count))
        // SAFETY: the core has at most as many buffers as the capacity that it opened the group with, and gives none that is
        // here already: so no entry is overwritten that the kernel has not taken. It keeps the memory until `shutDown`.
        unsafe swirl_uring_recycle(ring, buffer, memory.baseAddress, count)
    }
}
#endif
