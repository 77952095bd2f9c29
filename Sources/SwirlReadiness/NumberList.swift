/// Descriptor numbers, one after the other.
///
/// Plain memory, as it is written and emptied in each turn: an array would be asked each time whether it is shared.
@safe
struct NumberList: ~Copyable {
    private var numbers: UnsafeMutablePointer<Int32>
    private(set) var count = 0
    private var capacity = 64

    init() {
        unsafe numbers = .allocate(capacity: 64)
    }

    deinit {
        unsafe numbers.deallocate()
    }

    @inline(__always)
    var isEmpty: Bool { count == 0 }

    /// The number at an index below `count`.
    @inline(__always)
    subscript(index: Int) -> Int32 { unsafe numbers[index] }

    @inline(__always)
    mutating func append(_ number: Int32) {
        if count == capacity { grow() }
        unsafe numbers[count] = number
        count += 1
    }

    /// Keeps the memory.
    @inline(__always)
    mutating func removeAll() { count = 0 }

    @inline(never)
    private mutating func grow() {
        let memory = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2)
        unsafe memory.moveInitialize(from: numbers, count: count)
        unsafe numbers.deallocate()
        unsafe numbers = memory
        capacity *= 2
    }
}
