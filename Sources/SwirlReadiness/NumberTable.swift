import SwirlCore

/// Which descriptor an operation in flight is on, by its token's slot. Grows to the highest slot seen.
///
/// Plain memory, as it is written for each operation that waits: an array would ask each time whether it is shared.
@safe
struct NumberTable: ~Copyable {
    private var numbers: UnsafeMutablePointer<Int32>
    private var capacity = 256

    init() {
        unsafe numbers = .allocate(capacity: 256)
        unsafe numbers.initialize(repeating: -1, count: 256)
    }

    deinit {
        unsafe numbers.deallocate()
    }

    /// -1 where none was put down.
    subscript(token: Token) -> Int32 {
        get { Int(token.index) < capacity ? unsafe numbers[Int(token.index)] : -1 }
        @inline(__always)
        set {
            if Int(token.index) >= capacity { grow(to: Int(token.index) + 1) }
            // SAFETY: within the capacity, which was seen to a line above.
            unsafe numbers[Int(token.index)] = newValue
        }
    }

    @inline(never)
    private mutating func grow(to needed: Int) {
        var larger = capacity
        while larger < needed { larger *= 2 }
        let memory = UnsafeMutablePointer<Int32>.allocate(capacity: larger)
        unsafe memory.moveInitialize(from: numbers, count: capacity)
        unsafe (memory + capacity).initialize(repeating: -1, count: larger - capacity)
        unsafe numbers.deallocate()
        unsafe numbers = memory
        capacity = larger
    }
}
