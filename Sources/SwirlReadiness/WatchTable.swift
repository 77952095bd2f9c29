import CSwirlSystem
import SwirlCore

/// What a readiness driver knows of one descriptor.
@safe
struct Watch {
    /// Goes up each time the number changes hands, so that an event for an earlier owner is known as such (FD-03).
    var generation: UInt32 = 0
    var flags: Flags = []
    /// What the poller was told last to want, if it is one that has to be told.
    var told: Readiness = []
    /// All that a receive touches lies in the first cache line.
    var input: Waiting?
    var output: Waiting?
    private var padding: (UInt64, UInt64, UInt64) = (0, 0, 0)

    /// An operation that waits until the descriptor is ready.
    @safe
    struct Waiting {
        let token: Token
        let operation: Operation
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// The poller watches it.
        static let added = Flags(rawValue: 1 << 0)
        /// Asking for input is worth a system call.
        static let readable = Flags(rawValue: 1 << 1)
        /// Output is known to be possible.
        static let writable = Flags(rawValue: 1 << 2)
        /// The peer will send no more or the descriptor has failed: it stays readable and writable.
        static let hungUp = Flags(rawValue: 1 << 3)
        /// Bytes have come out of line: a short read does not say that nothing is left.
        static let urgent = Flags(rawValue: 1 << 4)
        /// It is in the list of those to look at again in the next wait.
        static let again = Flags(rawValue: 1 << 5)
        /// What is wanted of it may have changed.
        static let stale = Flags(rawValue: 1 << 6)
        /// What waits for input is a `poll`: it ends when the descriptor is ready, whatever a system call would answer.
        static let polled = Flags(rawValue: 1 << 7)
    }
}

/// The watches, by descriptor number. Grows to the highest number seen; nothing points into it across calls.
@safe
struct WatchTable: ~Copyable {
    private var watches: UnsafeMutablePointer<Watch>
    private(set) var capacity = 64

    init() {
        unsafe watches = Self.allocate(64)
        unsafe watches.initialize(repeating: Watch(), count: 64)
    }

    deinit {
        unsafe watches.deinitialize(count: capacity)
        unsafe watches.deallocate()
    }

    func contains(_ number: Int32) -> Bool { number >= 0 && Int(number) < capacity }

    /// The watch of a number. Valid until the next `reserve`.
    @inline(__always)
    subscript(number: Int32) -> UnsafeMutablePointer<Watch> {
        // SAFETY: `reserve` was called for this number.
        unsafe watches + Int(number)
    }

    /// Asks the cache for the watch of a number.
    @inline(__always)
    func prefetch(_ number: Int32) {
        if contains(number) { unsafe swirl_prefetch(watches + Int(number)) }
    }

    @inline(__always)
    mutating func reserve(_ number: Int32) {
        if Int(number) >= capacity { grow(to: Int(number) + 1) }
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Watch> {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Watch>.stride, alignment: 64)
        return unsafe memory.bindMemory(to: Watch.self, capacity: count)
    }

    @inline(never)
    private mutating func grow(to needed: Int) {
        var larger = capacity
        while larger < needed { larger *= 2 }
        let memory = unsafe Self.allocate(larger)
        unsafe memory.moveInitialize(from: watches, count: capacity)
        unsafe (memory + capacity).initialize(repeating: Watch(), count: larger - capacity)
        unsafe watches.deallocate()
        unsafe watches = memory
        capacity = larger
    }
}
