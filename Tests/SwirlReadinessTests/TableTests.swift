import SwirlCore
import Testing

@testable import SwirlReadiness

@Suite struct TableTests {
    /// All that a receive touches lies in the first cache line, and no watch shares one.
    @Test func aWatchIsCacheLines() {
        #expect(MemoryLayout<Watch>.stride == 128)
        #expect(MemoryLayout<Watch>.offset(of: \.input).map { $0 + MemoryLayout<Watch.Waiting>.size <= 64 } == true)
    }

    @Test func growsAndKeepsWhatItHas() {
        var table = WatchTable()
        table.reserve(3)
        unsafe table[3].pointee.generation = 7
        let before = [table.contains(-1), table.contains(5000)]
        #expect(before == [false, false])
        table.reserve(5000)
        let after = table.contains(5000)
        #expect(after)
        #expect(unsafe table[3].pointee.generation == 7)
        #expect(unsafe table[5000].pointee.flags == [])
    }

    /// D7: 1, 2, 4 … 50 ms.
    @Test func retriesComeLaterAndLater() {
        var list = RetryList()
        let token = Token(rawValue: 1)
        #expect(list.next == nil)
        list.add(token, at: 0)
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 0..<8 {
            let next = list.next!
            pauses.append((next - now) / 1_000_000)
            #expect(list.due(next - 1).isEmpty)
            #expect(list.due(next) == [token])
            now = next
            list.later(token, now)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 50, 50])
        list.remove(token)
        #expect(list.next == nil)
        list.later(token, now)
        #expect(list.next == nil)
    }
}
