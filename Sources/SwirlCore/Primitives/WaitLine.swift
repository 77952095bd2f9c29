// The tasks that wait for one lock, semaphore, event or queue: first in first out. Everything in this folder stands on it.
//
// Facts. All of a loop's tasks run on one thread, so between two `await`s nobody interferes: what a primitive does there is
// atomic without a lock of its own. A Swift task cannot be dropped while it is suspended: whoever waits runs again, once,
// with a result. A cancel is a request (D3): it ends a wait that has not ended, and nothing else.
//
//                         join                        handOver: with a result
//   the task runs ------------------> in the line ----------------------------> in the ready queue; it has what it waited for
//                                          |
//                                          +--- cancelled, loop closed -------> in the ready queue; its token names nothing
//
// Fairness. Who gets what is decided when it is given, not when the receiver runs. `release` with a waiter does not unlock:
// the lock changes hands, and a task that asks for it before the receiver has run finds it locked. Where a thing is first
// set free, and the first waiter woken to fetch it, somebody may be faster, and the waiter has to go to the end of the line
// or is starved. asyncio, which works so, keeps newcomers out by looking at who was woken and has not run.
//
// Cancellation. There are two cases, and no third:
// - cancelled while in the line: the wait ends at once with `CancellationError`. The slot is free, and the token that stays
//   in the line names nothing: whoever gives something passes it over. Nothing was handed to it, so nothing is lost.
// - cancelled after the hand-over, before the task has run: there is no wait left that could be ended. The task returns with
//   what it was given, as after any operation whose result was faster (D3); its next operation throws. asyncio throws into
//   the task in this case, which then has to pass on what it was given: the source of issues 27585, 32734 and 32841 there.
//
// Cost. A wait is a slot of the core's table and 8 bytes in the line. Nothing is allocated once both have grown to their
// peak. A cancelled waiter's token goes when its turn comes, or in a sweep before the line grows past 16 tokens or twice
// those that waited at the sweep before: constant time a waiter, on the average, and a line that stays as long as it is used.

import DequeModule

struct WaitLine {
    let core: LoopCore
    private var tokens: Deque<Token> = []
    private var tokensMax = Self.tokensMin

    /// Sweeping shorter lines would cost more than they hold.
    static let tokensMin = 16

    init(core: LoopCore) {
        self.core = core
    }

    /// Puts a wait at the end of the line. The running task must suspend on the token next: `core.wait(for:)`.
    mutating func join() -> Token {
        if tokens.count >= tokensMax { sweep() }
        let token = core.park()
        tokens.append(token)
        return token
    }

    /// Ends the wait of the first in line with `result`. False when nobody waits.
    mutating func handOver(_ result: Int32 = 0) -> Bool {
        while let token = tokens.popFirst() {
            if isWaiting(token) {
                core.finish(token, result)
                return true
            }
        }
        return false
    }

    /// Ends the wait of everybody in the line, in order.
    mutating func handOverToAll(_ result: Int32 = 0) {
        while handOver(result) {}
    }

    /// How many wait: those who were cancelled left out. O(n).
    var count: Int { tokens.reduce(0) { isWaiting($1) ? $0 + 1 : $0 } }

    /// How many tokens the line holds, those of ended waits included.
    var tokenCount: Int { tokens.count }

    private func isWaiting(_ token: Token) -> Bool { unsafe core.slots.find(token) != nil }

    private mutating func sweep() {
        tokens.removeAll { [core] in unsafe core.slots.find($0) == nil }
        tokensMax = max(Self.tokensMin, tokens.count * 2)
    }

    /// For descriptions: « waiters=2», nothing when nobody waits. Only the loop's thread may look.
    func text(_ name: String = "waiters") -> String {
        let count = count
        return count > 0 ? " \(name)=\(count)" : ""
    }
}
