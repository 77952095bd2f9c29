// For who waits in a frame of its own: the step before a plain wait and the step after it, neither of which waits.
// See TCPStream+NextChunk.swift for why.

extension ReceiveQueue {
    /// How far a receive has come.
    @usableFromInline
    @frozen
    package enum Arrival {
        case lease(Lease)
        /// 0 at the end of the stream, negative for an error or an `Ending`.
        case ended(Int32)
        /// The running task has said that it waits for this, and steps to `parking` next.
        case parked(Token)
        /// To be waited for in the general way.
        case waiting(Token)
        /// Nothing was done yet.
        case notYet
    }

    /// Takes what there is, or prepares a plain wait, for which the caller then parks. Neither where it takes more.
    @usableFromInline
    package func start(until deadline: LoopClock.Instant?, isolation: (any Actor)?) -> Arrival {
        guard core.isOnOwnerThread, !core.isBudgetSpent, refusal == 0 else { return .notYet }
        _ = core.spendBudget()
        switch step(afterWaiting: false) {
        case .lease(let lease): return .lease(lease)
        case .ended(let result): return .ended(result)
        case .waiting(let token):
            guard core.prepareWaitAfterRefusal(for: token, deadline: deadline?.nanoseconds ?? .max) else {
                return .waiting(token)
            }
            core.willPark(token, isolation: isolation)
            return .parked(token)
        }
    }

    /// The wait has ended.
    @usableFromInline
    package func wokenUp(with result: Int32, from token: Token) -> Arrival {
        if result < 0 {
            forget(token)
            return .ended(result)
        }
        switch step(afterWaiting: true) {
        case .lease(let lease): return .lease(lease)
        case .ended(let result): return .ended(result)
        case .waiting(let token): return .waiting(token)
        }
    }
}
