import SwirlCore

@testable import SwirlReadiness

/// A poller that says what a test tells it to, and remembers what it was asked.
final class ScriptedPoller: Poller {
    private final class NoWaker: Waker {
        func wake() {}
    }

    let tellsChangesOnly: Bool
    let waker: any Waker = NoWaker()
    /// What the next waits find, one list each.
    var script: [[ReadinessEvent]] = []
    var asked: [String] = []
    var generations: [Int32: UInt32] = [:]
    var addResult: Int32 = 0
    var timeouts: [Int64] = []
    /// How many events each wait had room for.
    var rooms: [Int] = []

    init(tellsChangesOnly: Bool) {
        self.tellsChangesOnly = tellsChangesOnly
    }

    func add(_ descriptor: Int32, _ wanted: Readiness, generation: UInt32) -> Int32 {
        asked.append("add \(descriptor) \(wanted.rawValue)")
        generations[descriptor] = generation
        return addResult
    }

    func change(_ descriptor: Int32, _ wanted: Readiness) { asked.append("change \(descriptor) \(wanted.rawValue)") }
    func remove(_ descriptor: Int32) { asked.append("remove \(descriptor)") }

    func wait(timeout: Int64, into events: inout OutputSpan<ReadinessEvent>) -> Int32 {
        timeouts.append(timeout)
        rooms.append(events.freeCapacity)
        guard !script.isEmpty else { return 0 }
        for event in script.removeFirst() { events.append(event) }
        return 0
    }

    private(set) var closes = 0
    func close() { closes += 1 }
}
