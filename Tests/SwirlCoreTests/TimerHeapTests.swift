import SwirlTesting
import Testing

@testable import SwirlCore

@Suite struct TimerHeapTests {
    /// A list that is sorted each time: slow and plainly right.
    private struct Model {
        var timers: [(deadline: Int64, order: Int, id: TimerID, token: Token)] = []
        var order = 0

        mutating func popDue(_ now: Int64) -> Token? {
            guard
                let index = timers.indices.min(by: {
                    (timers[$0].deadline, timers[$0].order) < (timers[$1].deadline, timers[$1].order)
                }),
                timers[index].deadline <= now
            else { return nil }
            return timers.remove(at: index).token
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func behavesLikeASortedList(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var heap = TimerHeap()
        var model = Model()
        for step in 0..<4000 {
            switch generator.next() % 5 {
            case 0...2:
                let deadline = Int64(generator.next() % 50)
                let token = Token(rawValue: UInt64(step))
                let id = heap.insert(at: deadline, .wake(token))
                model.timers.append((deadline, model.order, id, token))
                model.order += 1
            case 3:
                guard !model.timers.isEmpty else { continue }
                let index = Int(generator.next() % UInt64(model.timers.count))
                let id = model.timers.remove(at: index).id
                holds(heap.remove(id))
                holds(!heap.remove(id))
            default:
                let now = Int64(generator.next() % 60)
                while true {
                    let (found, wanted) = (heap.popDue(now: now)?.token, model.popDue(now))
                    try #require(found == wanted)
                    if found == nil { break }
                }
            }
            try #require(heap.count == model.timers.count)
            try #require(heap.nextDeadline == model.timers.map(\.deadline).min())
        }
    }

    @Test func equalDeadlinesComeInTheOrderOfTheirInsertion() {
        var heap = TimerHeap()
        for index in 0..<100 { _ = heap.insert(at: 7, .wake(Token(rawValue: UInt64(index)))) }
        var order: [UInt64] = []
        while let token = heap.popDue(now: 7)?.token { order.append(token.rawValue) }
        holds(order == Array(0..<100))
    }

    @Test func extremesAreDeadlinesLikeOthers() {
        var heap = TimerHeap()
        _ = heap.insert(at: .max, .nothing)
        _ = heap.insert(at: .min, .nothing)
        holds(heap.nextDeadline == .min)
        holds(heap.popDue(now: .min) != nil)
        holds(heap.popDue(now: .max - 1) == nil)
        holds(heap.popDue(now: .max) != nil)
        holds(heap.nextDeadline == nil)
    }

    @Test func aNameOfATimerThatFiredNamesNoOther() {
        var heap = TimerHeap()
        let first = heap.insert(at: 1, .nothing)
        _ = heap.popDue(now: 1)
        let second = heap.insert(at: 2, .nothing)
        holds(second.index == first.index)
        holds(!heap.remove(first))
        holds(heap.remove(second))
        holds(!heap.remove(.none))
    }
}

extension TimerAction {
    fileprivate var token: Token? {
        if case .wake(let token) = self { return token }
        return nil
    }
}
