// The receive buffers of a loop, which connections share: an idle connection holds none.
//
// Facts. io_uring picks a buffer when bytes arrive and fills it piece by piece (an incremental ring); with 64 KiB buffers a
// 64 KiB message costs 1.02 of C, with 4 KiB ones 7.8. Elsewhere the cheapest buffer is the one used last, for it is in the
// cache. A consumer may keep a piece while it waits for a slow peer, and one that never reads must not starve the rest (D15).
//
// So: slices of 64 KiB in memory that is mapped, but costs nothing until it is touched. Each slice counts the leases that
// point into it and how far it is filled; when the kernel has done with it and no lease is left it goes back, to the kernel's
// ring or to a stack whose top is the warmest. The group grows on demand to a limit. Past the limit a receive goes through
// one scratch slice into memory of the lease's own, exactly as large as what arrived.

import CSwirlSystem

@safe
package struct BufferGroup: ~Copyable {
    @safe
    private struct Slice {
        var base: UnsafeMutableRawPointer
        /// Where the kernel's next bytes go.
        var offset = 0
        /// Leases that point into it.
        var leases = 0
        /// Nobody writes to it any more until it is given back.
        var isFilled = false
    }

    let sliceBytes: Int
    let slicesMax: Int
    private var slices: [Slice] = []
    /// Slices that nobody uses, the warmest last. Only where the core picks them.
    private var free: [UInt16] = []
    private var scratch: UnsafeMutableRawPointer?
    private(set) var leased = 0

    init(sliceBytes: Int, slicesMax: Int) {
        self.sliceBytes = sliceBytes
        self.slicesMax = min(slicesMax, 1 << 15)
    }

    deinit {
        for slice in slices { unsafe swirl_unmap_memory(slice.base, sliceBytes) }
        if let scratch = unsafe scratch { unsafe swirl_unmap_memory(scratch, sliceBytes) }
    }

    // MARK: Where the core picks

    /// The slice used last, or a new one; nothing at the limit.
    mutating func pick() -> (buffer: UInt16, memory: UnsafeMutableRawBufferPointer)? {
        guard let buffer = free.popLast() ?? grow() else { return nil }
        return unsafe (buffer, UnsafeMutableRawBufferPointer(start: slices[Int(buffer)].base, count: sliceBytes))
    }

    /// Puts back a slice that was picked and not leased.
    mutating func unpick(_ buffer: UInt16) {
        free.append(buffer)
    }

    /// Turns a picked slice into a lease of its first bytes.
    mutating func lease(_ buffer: UInt16, count: Int) -> UnsafeRawBufferPointer {
        slices[Int(buffer)].leases = 1
        slices[Int(buffer)].isFilled = true
        leased += 1
        return unsafe UnsafeRawBufferPointer(start: slices[Int(buffer)].base, count: count)
    }

    /// Memory to receive into past the limit; what arrives is copied out at once.
    mutating func scratchMemory() -> UnsafeMutableRawBufferPointer? {
        if unsafe scratch == nil { unsafe scratch = swirl_map_memory(sliceBytes) }
        return unsafe scratch.map { unsafe UnsafeMutableRawBufferPointer(start: $0, count: sliceBytes) }
    }

    // MARK: Where the kernel picks

    /// The kernel has put `count` bytes behind the last ones of a slice.
    mutating func arrived(in buffer: UInt16, count: Int, isFilled: Bool) -> UnsafeRawBufferPointer {
        let bytes = unsafe UnsafeRawBufferPointer(start: slices[Int(buffer)].base + slices[Int(buffer)].offset, count: count)
        slices[Int(buffer)].offset += count
        slices[Int(buffer)].leases += 1
        slices[Int(buffer)].isFilled = isFilled
        leased += 1
        return unsafe bytes
    }

    /// The last bytes that arrived belong to the lease before them: one lease less.
    mutating func join(_ buffer: UInt16) {
        slices[Int(buffer)].leases -= 1
        leased -= 1
    }

    /// A new slice for the kernel's ring; nothing at the limit.
    mutating func addSlice() -> (buffer: UInt16, memory: UnsafeMutableRawBufferPointer)? {
        guard let buffer = grow() else { return nil }
        return unsafe (buffer, UnsafeMutableRawBufferPointer(start: slices[Int(buffer)].base, count: sliceBytes))
    }

    // MARK: Giving back

    /// A lease has ended. The slice's memory, when it may be used from the start again.
    mutating func release(_ buffer: UInt16) -> UnsafeMutableRawBufferPointer? {
        leased -= 1
        slices[Int(buffer)].leases -= 1
        assert(slices[Int(buffer)].leases >= 0, "D4: a lease was given back twice")
        guard slices[Int(buffer)].leases == 0 && slices[Int(buffer)].isFilled else { return nil }
        slices[Int(buffer)].isFilled = false
        slices[Int(buffer)].offset = 0
        return unsafe UnsafeMutableRawBufferPointer(start: slices[Int(buffer)].base, count: sliceBytes)
    }

    private mutating func grow() -> UInt16? {
        guard slices.count < slicesMax, let base = unsafe swirl_map_memory(sliceBytes) else { return nil }
        unsafe slices.append(Slice(base: base))
        return UInt16(slices.count - 1)
    }
}
