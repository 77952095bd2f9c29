import CSwirlSystem
import SwirlReadiness

/// The list for the kernel: one entry for each descriptor that is waited for. Dense: one that leaves is replaced by the last.
///
/// Plain memory, as each wait goes through it: an array would ask each time whether it is shared.
@safe
struct PollList: ~Copyable {
    private(set) var entries: UnsafeMutablePointer<pollfd>
    /// The generation of the descriptor in each entry.
    private var generations: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    private var capacity = 64

    init() {
        unsafe entries = .allocate(capacity: 64)
        unsafe generations = .allocate(capacity: 64)
    }

    deinit {
        unsafe entries.deallocate()
        unsafe generations.deallocate()
    }

    /// The entry at a place below `count`.
    @inline(__always)
    subscript(place: Int) -> pollfd {
        get { unsafe entries[place] }
        nonmutating set { unsafe entries[place] = newValue }
    }

    @inline(__always)
    func generation(_ place: Int) -> UInt32 { unsafe generations[place] }

    mutating func append(_ descriptor: Int32, _ events: Int16, generation: UInt32) {
        if count == capacity { grow() }
        unsafe entries[count] = pollfd(fd: descriptor, events: events, revents: 0)
        unsafe generations[count] = generation
        count += 1
    }

    /// Takes an entry out. The descriptor that is in its place now, if there is one.
    mutating func remove(_ place: Int) -> Int32? {
        count -= 1
        guard place < count else { return nil }
        unsafe entries[place] = entries[count]
        unsafe generations[place] = generations[count]
        return unsafe entries[place].fd
    }

    private mutating func grow() {
        let (entries, generations) = unsafe (self.entries, self.generations)
        unsafe self.entries = .allocate(capacity: capacity * 2)
        unsafe self.generations = .allocate(capacity: capacity * 2)
        unsafe self.entries.moveInitialize(from: entries, count: count)
        unsafe self.generations.moveInitialize(from: generations, count: count)
        unsafe entries.deallocate()
        unsafe generations.deallocate()
        capacity *= 2
    }
}
