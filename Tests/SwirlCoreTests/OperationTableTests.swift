import SwirlTesting
import Testing

@testable import SwirlCore

@Suite struct OperationTableTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func findsWhatIsInUseAndNothingElse(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var table = OperationTable()
        var live: [Token] = []
        var dead: [Token] = []
        for _ in 0..<5000 {
            if generator.next() % 5 < 3 || live.isEmpty {
                live.append(table.reserve())
            } else {
                let token = live.remove(at: Int(generator.next() % UInt64(live.count)))
                table.release(token.index)
                dead.append(token)
            }
            try #require(table.used == live.count)
        }
        holds(Set(live.map(\.index)).count == live.count)
        for token in live { holds(unsafe table.find(token) != nil) }
        for token in dead { holds(unsafe table.find(token) == nil, "URG-07: a stale token finds something") }
        holds(unsafe table.find(Token(index: 1 << 30, generation: 0)) == nil)
        for token in live { table.release(token.index) }
        holds(table.isAtRest)
    }

    @Test func slotsNeverMove() {
        var table = OperationTable()
        let first = table.reserve()
        let address = unsafe table[first.index]
        for _ in 0..<200_000 { _ = table.reserve() }
        holds(unsafe table[first.index] == address)
        holds(table.used == 200_001)
    }

    @Test func aWaitWithItsResultIsAtRest() {
        var table = OperationTable()
        let token = table.reserve()
        holds(!table.isAtRest)
        unsafe table[token.index].pointee.state = .finished
        holds(table.isAtRest)
        table.release(token.index)
    }
}
