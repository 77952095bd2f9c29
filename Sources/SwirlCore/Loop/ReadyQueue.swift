import CSwirlSystem

/// What the loop runs next, first in first out: jobs of Swift tasks and callbacks, in one line.
///
/// A ring in memory of its own rather than a `Deque`: it is read and written on every task switch, and memory behind a
/// pointer is not under the exclusivity checks that cost a switch 18 % of its instructions.
@safe
struct ReadyQueue: ~Copyable {
    /// One thing to run, in one word: a job, or a retained handle with the lowest bit set.
    struct Entry {
        let bits: UInt

        /// No entry: never in a queue.
        static let none = Entry(bits: 0)

        /// A job that begins isolated to the loop, or, with the second bit set, one that begins isolated to nothing.
        static func job(_ job: UnownedJob, isIsolated: Bool) -> Entry {
            // SAFETY: an UnownedJob is one pointer, aligned to 16; the runtime keeps the job alive until it is run, once.
            Entry(bits: unsafe unsafeBitCast(job, to: UInt.self) | (isIsolated ? 0 : 2))
        }

        static func callback(_ handle: Handle) -> Entry {
            Entry(bits: UInt(bitPattern: unsafe Unmanaged.passRetained(handle).toOpaque()) | 1)
        }

        /// The callback, if it is one, with the reference that `callback` took for it. Once.
        @inline(__always)
        func takeHandle() -> Handle? {
            guard bits & 1 == 1 else { return nil }
            // SAFETY: `callback` set the bit and retained the handle; each entry is taken out once.
            return unsafe Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(bitPattern: bits & ~1)!).takeRetainedValue()
        }

        var job: UnownedJob { unsafe unsafeBitCast(bits & ~2, to: UnownedJob.self) }

        var isIsolated: Bool { bits & 2 == 0 }
    }

    private var memory: UnsafeMutablePointer<Entry>
    private var mask: Int
    private var head = 0
    private var tail = 0

    init() {
        unsafe memory = .allocate(capacity: 256)
        mask = 255
    }

    deinit {
        unsafe memory.deallocate()
    }

    var isEmpty: Bool { head == tail }
    var count: Int { tail - head }

    @inline(__always)
    mutating func append(_ entry: Entry) {
        if tail - head > mask { grow() }
        // SAFETY: the index is masked to the capacity, which is a power of two; entries are trivial.
        unsafe memory[tail & mask] = entry
        tail += 1
    }

    @inline(__always)
    mutating func removeFirst() -> Entry {
        assert(head < tail, "the ready queue is empty")
        defer { head += 1 }
        return unsafe memory[head & mask]
    }

    /// The task that runs after the next entry, if there is one and it is a task: as its address.
    @inline(__always)
    var following: UnsafeRawPointer? {
        guard head + 1 < tail else { return nil }
        let bits = unsafe memory[(head + 1) & mask].bits
        return unsafe bits & 1 == 0 ? UnsafeRawPointer(bitPattern: bits & ~3) : nil
    }

    @inline(never)
    private mutating func grow() {
        let capacity = mask + 1
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        for offset in 0..<capacity {
            unsafe larger[offset] = memory[(head + offset) & mask]
        }
        unsafe memory.deallocate()
        unsafe memory = larger
        mask = capacity * 2 - 1
        tail -= head
        head = 0
    }
}
