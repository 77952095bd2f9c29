// For who waits for bytes in the general way: a child task, a foreign one, or another thread's, which has come here.

extension ReceiveQueue {
    /// `step`, not inlined: for where a call more does not matter.
    func nextStep(afterWaiting: Bool) -> Step { step(afterWaiting: afterWaiting) }

    /// The next bytes, or a result: 0 at the end of the stream, negative for an error or an `Ending`.
    package nonisolated(nonsending) func next(deadline: Int64) async -> (lease: Lease?, result: Int32) {
        if core.spendBudget() { await core.yield() }
        let refusal = refusal
        if refusal < 0 { return (nil, refusal) }
        switch nextStep(afterWaiting: false) {
        case .lease(let lease): return (lease, 1)
        case .ended(let result): return (nil, result)
        case .waiting(let token): return await next(waitingFor: token, deadline: deadline)
        }
    }

    /// The same from the first wait on.
    package nonisolated(nonsending) func next(waitingFor first: Token, deadline: Int64) async -> (lease: Lease?, result: Int32) {
        var token = first
        while true {
            let result = await core.wait(for: token, deadline: deadline)
            if result < 0 {
                forget(token)
                return (nil, result)
            }
            switch nextStep(afterWaiting: true) {
            case .lease(let lease): return (lease, 1)
            case .ended(let result): return (nil, result)
            case .waiting(let next): token = next
            }
        }
    }
}
