import Synchronization

/// A number that threads count up.
final class Counter: Sendable {
    private let atomic = Atomic<Int>(0)
    func add(_ count: Int = 1) { atomic.wrappingAdd(count, ordering: .relaxed) }
    var value: Int { atomic.load(ordering: .acquiring) }
}
