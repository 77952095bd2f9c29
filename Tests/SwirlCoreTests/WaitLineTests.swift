import SwirlTesting
import Testing

@testable import SwirlCore

@Suite struct WaitLineTests {
    /// What a cancel leaves: the wait has ended, its slot is free, its token names nothing.
    private func end(_ token: Token, _ core: LoopCore) {
        core.interrupt(token, .cancelled)
        holds(core.slots.take(token.index) == Ending.cancelled)
    }

    /// With what the wait ended; nothing while it has not.
    private func result(_ token: Token, _ core: LoopCore) -> Int32? {
        let slot = unsafe core.slots[token.index]
        return unsafe slot.pointee.state == .finished ? slot.pointee.result : nil
    }

    @Test func servesInOrder() {
        let core = LoopCore.idle()
        var line = WaitLine(core: core)
        holds(!line.handOver())
        let tokens = (0..<100).map { _ in line.join() }
        holds(line.count == 100)
        for (index, token) in tokens.enumerated() {
            holds(result(token, core) == nil)
            holds(line.handOver(Int32(index)))
            holds(result(token, core) == Int32(index))
        }
        holds(!line.handOver())
        holds(line.count == 0)
    }

    @Test func passesOverWhatHasEnded() {
        let core = LoopCore.idle()
        var line = WaitLine(core: core)
        let tokens = (0..<9).map { _ in line.join() }
        for index in [0, 1, 4, 8] { end(tokens[index], core) }
        holds(line.count == 5)
        var number: Int32 = 0
        while line.handOver(number) { number += 1 }
        holds([2, 3, 5, 6, 7].map { result(tokens[$0], core) } == [0, 1, 2, 3, 4])
    }

    /// A slot that is used again has another generation: who waits in it, elsewhere, gets nothing from this line.
    @Test func aSlotUsedAgainIsAnotherWait() {
        let core = LoopCore.idle()
        var line = WaitLine(core: core)
        var other = WaitLine(core: core)
        let old = line.join()
        end(old, core)
        let new = other.join()
        holds(new.index == old.index)
        holds(!line.handOver())
        holds(result(new, core) == nil)
        holds(other.handOver())
    }

    @Test func wakesAll() {
        let core = LoopCore.idle()
        var line = WaitLine(core: core)
        let tokens = (0..<20).map { _ in line.join() }
        end(tokens[3], core)
        line.handOverToAll(5)
        holds(tokens.filter { result($0, core) == 5 }.count == 19)
        holds(line.tokenCount == 0)
    }

    /// One waits on, thousands come and are cancelled: the line does not grow.
    @Test func cancelledTokensAreSweptOut() {
        let core = LoopCore.idle()
        var line = WaitLine(core: core)
        let first = line.join()
        for _ in 0..<10_000 {
            end(line.join(), core)
            holds(line.tokenCount <= WaitLine.tokensMin + 2)
        }
        holds(line.count == 1)
        holds(line.handOver(1))
        holds(result(first, core) == 1)
    }

    /// Against a model: an array of those who wait.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func servesWhoWaitsAndNobodyElse(seed: UInt64) throws {
        let core = LoopCore.idle()
        var generator = Generator(seed: seed)
        var line = WaitLine(core: core)
        var model: [Token] = []
        for step in 0..<20_000 {
            switch generator.next() % 4 {
            case 0, 1:
                model.append(line.join())
            case 2 where !model.isEmpty:
                end(model.remove(at: Int(generator.next() % UInt64(model.count))), core)
            default:
                let served = line.handOver(Int32(step))
                try #require(served == !model.isEmpty)
                guard served else { continue }
                let token = model.removeFirst()
                try #require(result(token, core) == Int32(step))
                _ = core.slots.take(token.index)
            }
        }
        holds(line.count == model.count)
        holds(core.slots.used == model.count)
    }
}
