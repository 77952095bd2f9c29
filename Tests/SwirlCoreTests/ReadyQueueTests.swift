import Testing

@testable import SwirlCore

@Suite struct ReadyQueueTests {
    @Test func keepsItsOrderWhileItGrows() throws {
        var queue = ReadyQueue()
        var generator: UInt64 = 1
        var (added, taken) = (0, 0)
        var handles: [ObjectIdentifier: Int] = [:]
        var kept: [Handle] = []
        for _ in 0..<5000 {
            generator = generator &* 6_364_136_223_846_793_005 &+ 1
            if generator >> 60 < 9 || queue.isEmpty {
                let handle = Handle {}
                kept.append(handle)
                handles[ObjectIdentifier(handle)] = added
                queue.append(.callback(handle))
                added += 1
            } else {
                let handle = try #require(queue.removeFirst().takeHandle())
                #expect(handles[ObjectIdentifier(handle)] == taken)
                taken += 1
            }
            #expect(queue.count == added - taken)
        }
        while !queue.isEmpty { _ = queue.removeFirst().takeHandle() }
    }

    @Test func anEntryKeepsItsHandleAlive() {
        var queue = ReadyQueue()
        weak var witness: Handle?
        do {
            let handle = Handle {}
            witness = handle
            queue.append(.callback(handle))
        }
        #expect(witness != nil)
        _ = queue.removeFirst().takeHandle()
        #expect(witness == nil)
    }
}
