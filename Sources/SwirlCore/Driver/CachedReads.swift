// Reads of files that end inline, because the page cache has the bytes.
//
// Facts. `preadv2` with RWF_NOWAIT answers from the page cache in 0.95 us, on the loop's own thread; a miss is EAGAIN, and
// starts the read-ahead. Overlay file systems, tmpfs and proc do not know the flag: EOPNOTSUPP, each time again. On O_DIRECT
// it blocks. Past 256 KiB the copy takes longer than others should wait. A 0 is the end of the file, but on Linux 5.9 and
// 5.10, where it is also a miss (preadv2(2), BUGS).
//
// So a driver asks here first, for regular files, up to 256 KiB, and remembers who does not know the flag.

import CSwirlSystem

/// What a driver knows of reading from the page cache. Belongs to one thread.
package struct CachedReads {
    /// Past this a copy takes longer than others should wait.
    static let bytesMax = 256 * 1024

    /// Files that do not know how to be asked, one bit for each descriptor number.
    private var unable: [UInt64] = []
    private let zeroMayBeAMiss: Bool

    package init() {
        self.init(kernelRelease: Self.kernelRelease)
    }

    /// A kernel's release as `swirl_kernel_release` gives it.
    init(kernelRelease: Int32) {
        zeroMayBeAMiss = kernelRelease == 5_009 || kernelRelease == 5_010
    }

    private static let kernelRelease = swirl_kernel_release()

    /// What the page cache has, or an error of the read. Nothing where only a read that may wait can tell.
    package mutating func read(_ descriptor: Descriptor, _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32? {
        guard descriptor.kind == .regularFile, bytes.count <= Self.bytesMax, !isUnable(descriptor.number) else { return nil }
        // SAFETY: D4: the memory is the operation's, and lent until `submit` has returned.
        let result = unsafe swirl_preadv2(descriptor.number, bytes.baseAddress, bytes.count, offset, SWIRL_RWF_NOWAIT)
        switch result {
        case -EAGAIN, -EINTR:
            return nil
        case -EOPNOTSUPP:
            remember(descriptor.number)
            return nil
        case 0:
            return zeroMayBeAMiss ? nil : 0
        default:
            return result
        }
    }

    /// The number changes hands.
    @inline(__always)
    package mutating func forget(_ number: Int32) {
        if isUnable(number) { unable[Int(number) / 64] &= ~(1 << UInt64(number % 64)) }
    }

    @inline(__always)
    private func isUnable(_ number: Int32) -> Bool {
        number >= 0 && Int(number) / 64 < unable.count && unable[Int(number) / 64] >> UInt64(number % 64) & 1 != 0
    }

    private mutating func remember(_ number: Int32) {
        while unable.count <= Int(number) / 64 { unable.append(0) }
        unable[Int(number) / 64] |= 1 << UInt64(number % 64)
    }
}
