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
//
// The slices' records and the stack are touched three times a receive, so they are plain memory: an array would ask each
// time whether it is shared.

import CSwirlSystem

@safe
package struct BufferGroup: ~Copyable {
    private struct Slice {
        /// Where the kernel's next bytes go.
        var offset = 0
        /// Leases that point into it.
        var leases: Int32 = 0
        /// Nobody writes to it any more until it is given back.
        var isFilled = false
        /// The slice behind it on the stack of those that nobody uses.
        var below: Int32 = -1
    }

    /// What a slice has more than was asked for where the core picks it: a message as large as a buffer is, which many are,
    /// then does not fill it, and a receive that leaves room has emptied the socket: no second one is made that finds
    /// nothing (messages of 64 KiB on epoll: 1.5 % of an echo). The kernel's ring fills a buffer to its end in any case.
    static let spareBytes = 4096

    let sliceBytes: Int
    let slicesMax: Int
    /// All slices and, behind them, the scratch slice. Mapped when the first is wanted.
    private var memory: UnsafeMutableRawPointer?
    private let slices: UnsafeMutablePointer<Slice>
    private(set) var count = 0
    /// The slice used last of those that nobody uses. Only where the core picks them.
    private var top: Int32 = -1
    package private(set) var leased = 0

    init(sliceBytes: Int, slicesMax: Int) {
        self.sliceBytes = sliceBytes
        self.slicesMax = min(slicesMax, 1 << 15)
        unsafe slices = .allocate(capacity: max(1, self.slicesMax))
    }

    deinit {
        unsafe slices.deallocate()
        if let memory = unsafe memory { unsafe swirl_unmap_memory(memory, (slicesMax + 1) * sliceBytes) }
    }

    /// SAFETY of what it gives: numbers come from `grow`, which has mapped the memory.
    @inline(__always)
    private func start(_ buffer: Int) -> UnsafeMutableRawPointer { unsafe memory! + buffer * sliceBytes }

    @inline(__always)
    private func whole(_ buffer: UInt16) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: start(Int(buffer)), count: sliceBytes)
    }

    // MARK: Where the core picks

    /// The slice used last, or a new one; nothing at the limit.
    @inline(__always)
    mutating func pick() -> (buffer: UInt16, memory: UnsafeMutableRawBufferPointer)? {
        if top >= 0 {
            let buffer = UInt16(truncatingIfNeeded: top)
            unsafe top = slices[Int(buffer)].below
            return unsafe (buffer, whole(buffer))
        }
        return unsafe addSlice()
    }

    /// Puts back a slice that was picked and is not leased.
    @inline(__always)
    mutating func unpick(_ buffer: UInt16) {
        unsafe slices[Int(buffer)].below = top
        top = Int32(buffer)
    }

    /// Turns a picked slice into a lease of its first bytes.
    @inline(__always)
    mutating func lease(_ buffer: UInt16, count: Int) -> UnsafeRawBufferPointer {
        let slice = unsafe slices + Int(buffer)
        unsafe slice.pointee.leases = 1
        unsafe slice.pointee.isFilled = true
        leased += 1
        return unsafe UnsafeRawBufferPointer(start: start(Int(buffer)), count: count)
    }

    /// Memory to receive into past the limit; what arrives is copied out at once. Nothing when none can be mapped.
    mutating func scratchMemory() -> UnsafeMutableRawBufferPointer? {
        guard map() else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(start: start(slicesMax), count: sliceBytes)
    }

    // MARK: Where the kernel picks

    /// The kernel has put `count` bytes behind the last ones of a slice.
    @inline(__always)
    mutating func arrived(in buffer: UInt16, count: Int, isFilled: Bool) -> UnsafeRawBufferPointer {
        let slice = unsafe slices + Int(buffer)
        let bytes = unsafe UnsafeRawBufferPointer(start: start(Int(buffer)) + slice.pointee.offset, count: count)
        unsafe slice.pointee.offset += count
        unsafe slice.pointee.leases += 1
        unsafe slice.pointee.isFilled = isFilled
        leased += 1
        return unsafe bytes
    }

    /// The last bytes that arrived belong to the lease before them: one lease less.
    mutating func join(_ buffer: UInt16) {
        // Through a pointer of its own: `slices[…].leases -= 1` crashes Swift 6.3's compiler under ThreadSanitizer.
        let slice = unsafe slices + Int(buffer)
        unsafe slice.pointee.leases -= 1
        leased -= 1
    }

    /// A new slice, for the kernel's ring or a receive; nothing at the limit.
    mutating func addSlice() -> (buffer: UInt16, memory: UnsafeMutableRawBufferPointer)? {
        guard count < slicesMax, map() else { return nil }
        let buffer = UInt16(count)
        unsafe (slices + count).initialize(to: Slice())
        count += 1
        return unsafe (buffer, whole(buffer))
    }

    /// How many slices can still be filled. Looks at each.
    var fillable: Int { (0..<count).count { unsafe !slices[$0].isFilled } }

    // MARK: Giving back

    /// A lease has ended. The slice's memory, when it may be used from the start again.
    @inline(__always)
    mutating func release(_ buffer: UInt16) -> UnsafeMutableRawBufferPointer? {
        let slice = unsafe slices + Int(buffer)
        leased -= 1
        unsafe slice.pointee.leases -= 1
        unsafe assert(slice.pointee.leases >= 0, "D4: a lease was given back twice")
        guard unsafe slice.pointee.leases == 0 && slice.pointee.isFilled else { return nil }
        unsafe slice.pointee.isFilled = false
        unsafe slice.pointee.offset = 0
        return unsafe whole(buffer)
    }

    private mutating func map() -> Bool {
        if unsafe memory == nil { unsafe memory = swirl_map_memory((slicesMax + 1) * sliceBytes) }
        return unsafe memory != nil
    }
}
