/// Room for one value of any type, for classes: three words there, or memory elsewhere for what does not fit in.
///
/// Why not a field of type `T?`: in a class that is generic the runtime looks `Optional<T>`, and `Result<T, any Error>` as well,
/// up wherever code touches one. That is 300 instructions each time, and a task's life had twelve such places, a quarter of all.
/// Why not always elsewhere: that was a fortieth.
///
/// SAFETY: for a stored property of a class only, whose address never changes. Whoever has one stores first, once, and clears
/// last, all with the same type.
@safe
struct ValueRoom {
    private var words: (UInt, UInt, UInt) = (0, 0, 0)

    @inline(__always)
    private static func fits<T>(_: T.Type) -> Bool {
        MemoryLayout<T>.size <= MemoryLayout<(UInt, UInt, UInt)>.size
            && MemoryLayout<T>.alignment <= MemoryLayout<UInt>.alignment
    }

    /// Where the value is. The address holds beyond this call, because the words never move.
    @inline(__always)
    private mutating func place<T>(of type: T.Type) -> UnsafeMutablePointer<T> {
        let here = unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.baseAddress.unsafelyUnwrapped }
        return unsafe Self.fits(type) ? here.assumingMemoryBound(to: type) : here.load(as: UnsafeMutablePointer<T>.self)
    }

    mutating func store<T>(_ value: consuming T) {
        if !Self.fits(T.self) { words.0 = UInt(bitPattern: UnsafeMutablePointer<T>.allocate(capacity: 1)) }
        unsafe place(of: T.self).initialize(to: value)
    }

    /// A copy of the value. From several threads at once, too: it only reads.
    func load<T>(as type: T.Type) -> T {
        unsafe withUnsafeBytes(of: words) { bytes in
            let here = unsafe bytes.baseAddress.unsafelyUnwrapped
            if Self.fits(type) { return unsafe here.assumingMemoryBound(to: type).pointee }
            return unsafe here.load(as: UnsafePointer<T>.self).pointee
        }
    }

    mutating func clear<T>(_ type: T.Type) {
        let place = unsafe place(of: type)
        unsafe place.deinitialize(count: 1)
        if !Self.fits(type) { unsafe place.deallocate() }
    }
}
