#if URing
import SwirlCore

/// What the driver knows about one operation from `submit` to its terminal completion: enough to submit it again,
/// which D7 asks for (a request may end with EINTR, EAGAIN or one of the kernel's -512 to -516 for no reason of ours).
///
/// 48 bytes, in a table by the token's slot index: a completion finds it with one multiplication, and a token whose
/// generation differs is stale (URG-07).
@unsafe
struct InFlight {
    var operation: Operation
    var generation: UInt32
    var state: State
    /// How often the kernel said EAGAIN: sets how long to wait before the next attempt.
    var attempts: UInt8

    struct State: OptionSet {
        let rawValue: UInt8

        /// Between `submit` and the terminal completion. A free entry has no bit at all.
        static let inFlight = State(rawValue: 1 << 0)
        static let cancelRequested = State(rawValue: 1 << 1)
        /// Not with the kernel: its submission is in `later`.
        static let parked = State(rawValue: 1 << 2)
        /// A write that may raise SIGPIPE in the thread that enters.
        static let mayRaiseSignal = State(rawValue: 1 << 3)
    }

    static var free: InFlight { unsafe InFlight(operation: .makeEvent, generation: 0, state: [], attempts: 0) }
}

extension URingDriver {
    /// The entry of a token that is in flight; `nil` for an unknown, finished or stale one.
    @inline(__always)
    func entry(of token: Token) -> UnsafeMutablePointer<InFlight>? {
        guard unsafe token.index < tableCount else { return nil }
        // SAFETY: `tableCount` entries from `table` on are initialized.
        let entry = unsafe table + Int(token.index)
        let isThis = unsafe entry.pointee.generation == token.generation && entry.pointee.state.contains(.inFlight)
        return unsafe isThis ? entry : nil
    }

    /// The entry for a new token. Grows the table by doubling, so that a loop pays for it a few times in its life.
    @inline(__always)
    func entryForNew(_ token: Token) -> UnsafeMutablePointer<InFlight> {
        if unsafe token.index >= tableCount { growTable(toHold: token.index) }
        return unsafe table + Int(token.index)
    }

    @inline(never)
    private func growTable(toHold index: UInt32) {
        var count = unsafe max(tableCount, 64)
        while count <= index { count *= 2 }
        let grown = UnsafeMutablePointer<InFlight>.allocate(capacity: Int(count))
        // SAFETY: both blocks hold at least `tableCount` entries; entries are trivial, so the old block is only freed.
        unsafe grown.update(from: table, count: Int(tableCount))
        unsafe (grown + Int(tableCount)).initialize(repeating: .free, count: Int(count - tableCount))
        unsafe table.deallocate()
        unsafe table = grown
        unsafe tableCount = count
    }
}
#endif
