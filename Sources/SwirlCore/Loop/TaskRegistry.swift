import CSwirlSystem

/// The tasks of a loop that have started and not ended, by the address of the Swift task that runs them.
///
/// Nothing vanishes because nobody kept a reference: the closure that a Swift task runs holds its `LoopTask`, and takes it out
/// of here before it ends. So no reference is counted here. And an operation asks here whether the
/// task that starts it is one of the loop's own (then `LoopTask.cancel` finds what it waits for, and no cancellation
/// handler is needed, which would cost 150 to 240 ns an operation) or a child task or a stranger.
///
/// Open addressing with linear probing, in memory of its own: a look-up is a multiplication and mostly one load.
@safe
struct TaskRegistry: ~Copyable {
    @safe
    private struct Entry {
        var key: UnsafeRawPointer?
        var task: Unmanaged<AnyFuture>?
        /// What the task waits for, or waited for last: a token of something that has ended names nothing.
        var waitingFor = Token.inline
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var mask = 63
    private(set) var count = 0

    init() {
        unsafe entries = .allocate(capacity: 64)
        unsafe entries.initialize(repeating: Entry(key: nil, task: nil), count: 64)
    }

    deinit {
        unsafe entries.deallocate()
    }

    @inline(__always)
    private func home(_ key: UnsafeRawPointer, _ mask: Int) -> Int {
        let mixed = UInt64(UInt(bitPattern: key)) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 32) & mask
    }

    @inline(__always)
    private func find(_ key: UnsafeRawPointer?) -> UnsafeMutablePointer<Entry>? {
        guard let key = unsafe key else { return nil }
        var index = unsafe home(key, mask)
        // SAFETY: the index is masked; at least a quarter of the entries is empty, so the search ends.
        while let found = unsafe entries[index].key {
            if unsafe found == key { return unsafe entries + index }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Asks the cache for the entry of a task that runs soon.
    @inline(__always)
    func prefetch(_ key: UnsafeRawPointer) { unsafe swirl_prefetch(entries + home(key, mask)) }

    /// Puts down what a task waits for. False when it is not one of the loop's own.
    @inline(__always)
    func setWaiting(_ key: UnsafeRawPointer?, for token: Token) -> Bool {
        guard let entry = unsafe find(key) else { return false }
        unsafe entry.pointee.waitingFor = token
        return true
    }

    /// What a task waits for, or a token that names nothing.
    func waiting(_ key: UnsafeRawPointer?) -> Token? {
        unsafe find(key)?.pointee.waitingFor
    }

    /// The task that runs as this Swift task.
    func task(_ key: UnsafeRawPointer?) -> AnyFuture? {
        unsafe find(key)?.pointee.task?.takeUnretainedValue()
    }

    mutating func insert(_ key: UnsafeRawPointer, _ task: AnyFuture) {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        unsafe place(Entry(key: key, task: .passUnretained(task)))
        count += 1
    }

    private func place(_ entry: Entry) {
        var index = unsafe home(entry.key!, mask)
        while unsafe entries[index].key != nil { index = (index + 1) & mask }
        unsafe entries[index] = entry
    }

    /// Takes a task out, and moves up those behind it that the gap would hide.
    mutating func remove(_ key: UnsafeRawPointer) {
        var gap = unsafe home(key, mask)
        while let found = unsafe entries[gap].key, unsafe found != key { gap = (gap + 1) & mask }
        guard unsafe entries[gap].task != nil else { return }
        var index = gap
        while true {
            index = (index + 1) & mask
            guard let key = unsafe entries[index].key else { break }
            let home = unsafe home(key, mask)
            // Whether `home` lies cyclically outside (gap, index]: then the entry may move into the gap.
            if (index &- home) & mask >= (index &- gap) & mask {
                unsafe entries[gap] = entries[index]
                gap = index
            }
        }
        unsafe entries[gap] = Entry(key: nil, task: nil)
        count -= 1
    }

    /// All tasks, in no particular order.
    var all: [AnyFuture] {
        (0...mask).compactMap { unsafe entries[$0].task?.takeUnretainedValue() }
    }

    private mutating func grow() {
        let old = unsafe entries
        let oldCount = mask + 1
        mask = oldCount * 2 - 1
        unsafe entries = .allocate(capacity: oldCount * 2)
        unsafe entries.initialize(repeating: Entry(key: nil, task: nil), count: oldCount * 2)
        for index in 0..<oldCount where unsafe old[index].key != nil {
            unsafe place(old[index])
        }
        unsafe old.deallocate()
    }
}
