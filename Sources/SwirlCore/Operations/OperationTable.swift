// The slots of everything that a task of this loop waits for: an operation in a driver or in the blocking pool, a place
// in a descriptor's queue, a sleep, a future.
//
// Facts. A Swift task cannot be dropped while it is suspended, so whoever waits is there until somebody resumes it. It must
// be resumed exactly once. Completions arrive by number, from the kernel, maybe late, maybe after the number was used again.
//
// So each wait has a slot, named by index and generation (`Token`); whoever ends the wait looks the token up, and a token
// of an older generation finds nothing. Slots live in chunks that never move: taking one is a pop from the free list, and
// nothing is allocated once the table has grown to the loop's peak.
//
//           reserve                  submit: inFlight             terminal completion
//   free ------------> reserved ------------------------> inFlight -------------------> finished ---- take ----> free
//                         |   place in a queue: queued ------^                            ^                       ^
//                         |   declined: pooled ------------------- ended letter ----------|                       |
//                         |   sleep, future, stream's chunk: parked ------- finish -------+                       |
//                         +---- ended inline, or for a sink ------------------------------------------------------+
//
// A finished wait has its result in its slot until the task runs that waited, and no token names it any more. It may be
// finished before that task has suspended (closing a descriptor may end all that is on it at once): the job that the task
// then becomes goes to the ready queue instead of into the slot (Parking.swift).

import CSwirlSystem

/// What a slot waits for; see the picture above.
enum SlotState: UInt8 {
    case free, reserved, queued, inFlight, pooled, parked
    /// `result` is there, and the task that waited has not taken it.
    case finished
}

struct SlotFlags: OptionSet {
    let rawValue: UInt8
    /// The task that waits was cancelled.
    static let cancelled = SlotFlags(rawValue: 1 << 0)
    /// The deadline of the operation has passed.
    static let expired = SlotFlags(rawValue: 1 << 1)
    /// The descriptor is being closed.
    static let closing = SlotFlags(rawValue: 1 << 2)
    /// The loop is being closed.
    static let loopClosing = SlotFlags(rawValue: 1 << 3)
    /// The task waits for the slot's future, which a cancellation of the task is passed on to.
    static let awaitsFuture = SlotFlags(rawValue: 1 << 4)
}

/// One wait. At most 64 bytes, pinned by a test.
@safe
struct Slot {
    /// Below 2^31: drivers may use the highest bit of a token for their own purposes.
    var generation: UInt32 = 0
    var state = SlotState.free
    var flags: SlotFlags = []
    var direction: Direction?
    /// What a finished wait came to.
    var result: Int32 = 0
    /// Neighbours in a descriptor's queue or list; `next` is also the link of the free list.
    var next = Slot.none
    var previous = Slot.none
    var timer = TimerID.none
    /// The task that waits, as it goes to the ready queue. Either this or `sink`.
    var job = ReadyQueue.Entry.none
    /// Who gets the completions where no task waits. Retained while the slot is in flight.
    var sink: Unmanaged<CompletionSink>?
    /// The descriptor that the operation is on. Kept alive by whoever waits.
    var owner: Unmanaged<OpenDescriptor>?
    /// With the flag `awaitsFuture` only: what is waited for. Kept alive by whoever waits. It fills the cache line.
    var future: Unmanaged<AnyFuture>?

    static let none = UInt32.max
}

@safe
struct OperationTable: ~Copyable {
    private static let chunkShift: UInt32 = 9
    private static let chunkSlots = 1 << Int(chunkShift)

    private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Slot>>
    private var chunkCount = 0
    private var chunkCapacity = 64
    private var firstFree = Slot.none
    /// How many slots are not free. A loop at rest has none.
    private(set) var used = 0

    init() {
        unsafe chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for chunk in 0..<chunkCount {
            unsafe chunks[chunk].deinitialize(count: Self.chunkSlots)
            unsafe chunks[chunk].deallocate()
        }
        unsafe chunks.deallocate()
    }

    /// The slot at an index that this table gave out. Its address never changes.
    @inline(__always)
    subscript(index: UInt32) -> UnsafeMutablePointer<Slot> {
        // SAFETY: indices come from `reserve` or were checked by `find`; chunks are never freed before the table.
        unsafe chunks[Int(index >> Self.chunkShift)] + Int(index & (UInt32(Self.chunkSlots) - 1))
    }

    /// Asks the cache for a slot that will be looked up soon.
    @inline(__always)
    func prefetch(_ token: Token) {
        guard Int(token.index >> Self.chunkShift) < chunkCount else { return }
        unsafe swirl_prefetch(self[token.index])
    }

    /// The same for what a slot's completion leads to: a descriptor's object, behind which the stream's and its queue's lie,
    /// for they were made one after the other; or a sink.
    @inline(__always)
    func prefetchOwner(_ token: Token) {
        guard Int(token.index >> Self.chunkShift) < chunkCount else { return }
        let slot = unsafe self[token.index]
        if let owner = unsafe slot.pointee.owner {
            for line in 0..<6 { unsafe swirl_prefetch(owner.toOpaque() + line * 64) }
        } else if let sink = unsafe slot.pointee.sink {
            for line in 0..<4 { unsafe swirl_prefetch(sink.toOpaque() + line * 64) }
        }
    }

    /// The slot that a token names, or nothing when it has been used for something else since (URG-07).
    @inline(__always)
    func find(_ token: Token) -> UnsafeMutablePointer<Slot>? {
        guard Int(token.index >> Self.chunkShift) < chunkCount else { return nil }
        let slot = unsafe self[token.index]
        return unsafe slot.pointee.generation == token.generation && slot.pointee.state != .free ? slot : nil
    }

    @inline(__always)
    mutating func reserve() -> Token {
        if firstFree == Slot.none { grow() }
        let index = firstFree
        let slot = unsafe self[index]
        unsafe firstFree = slot.pointee.next
        unsafe slot.pointee.state = .reserved
        unsafe slot.pointee.next = Slot.none
        used += 1
        return unsafe Token(index: index, generation: slot.pointee.generation)
    }

    @inline(__always)
    mutating func release(_ index: UInt32) {
        let slot = unsafe self[index]
        unsafe assert(slot.pointee.state != .free, "D1: a second terminal completion for slot \(index)")
        unsafe slot.pointee.generation = (slot.pointee.generation &+ 1) & 0x7fff_ffff
        unsafe slot.pointee.state = .free
        unsafe slot.pointee.flags = []
        unsafe slot.pointee.direction = nil
        unsafe slot.pointee.previous = Slot.none
        unsafe slot.pointee.job = .none
        unsafe slot.pointee.sink = nil
        unsafe slot.pointee.owner = nil
        unsafe slot.pointee.next = firstFree
        firstFree = index
        used -= 1
    }

    /// A slot for a wait that has ended: whoever waits for it takes one trip through the ready queue.
    mutating func reserveFinished() -> Token {
        let token = reserve()
        unsafe finish(self[token.index], 0)
        return token
    }

    /// Keeps a wait's result for its task. No token names the slot from now on.
    @inline(__always)
    func finish(_ slot: UnsafeMutablePointer<Slot>, _ result: Int32) {
        unsafe slot.pointee.generation = (slot.pointee.generation &+ 1) & 0x7fff_ffff
        unsafe slot.pointee.state = .finished
        unsafe slot.pointee.result = result
    }

    /// The result of a finished wait; the slot is free.
    @inline(__always)
    mutating func take(_ index: UInt32) -> Int32 {
        unsafe assert(self[index].pointee.state == .finished, "D1: a task was resumed before its wait had ended")
        let result = unsafe self[index].pointee.result
        release(index)
        return result
    }

    /// Every wait. An interrupt may add to them, so this is a list.
    var waits: [Token] {
        var all: [Token] = []
        for index in 0..<slotCount where isWait(index) {
            unsafe all.append(Token(index: index, generation: self[index].pointee.generation))
        }
        return all
    }

    /// Whether nothing waits any more. Who only lets others run waits for nothing.
    var isAtRest: Bool {
        guard used > 0 else { return true }
        for index in 0..<slotCount where isWait(index) { return false }
        return true
    }

    private var slotCount: UInt32 { UInt32(chunkCount * Self.chunkSlots) }

    /// Those with a result that nobody took wait no more.
    private func isWait(_ index: UInt32) -> Bool {
        let state = unsafe self[index].pointee.state
        return state != .free && state != .finished
    }

    @inline(never)
    private mutating func grow() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<Slot>>.allocate(capacity: chunkCapacity * 2)
            unsafe larger.update(from: chunks, count: chunkCount)
            unsafe chunks.deallocate()
            unsafe chunks = larger
            chunkCapacity *= 2
        }
        // One slot, one cache line: with a thousand connections each line that an operation touches is a miss.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkSlots * 64, alignment: 64)
        let chunk = unsafe memory.bindMemory(to: Slot.self, capacity: Self.chunkSlots)
        unsafe chunk.initialize(repeating: Slot(), count: Self.chunkSlots)
        unsafe chunks[chunkCount] = chunk
        let base = UInt32(chunkCount * Self.chunkSlots)
        for offset in (0..<UInt32(Self.chunkSlots)).reversed() {
            unsafe chunk[Int(offset)].next = firstFree
            firstFree = base + offset
        }
        chunkCount += 1
    }
}
