import DequeModule

/// The signals that a sequence has not given out yet, each at most once, and who waits for the next.
final class SignalQueue: @unchecked Sendable {
    // Sendable: what changes belongs to the loop's owner thread.
    private var core: LoopCore { line.core }
    private let signals: [Int32]
    private var pending: Deque<Int32> = []
    private var line: WaitLine

    init(_ core: LoopCore, _ signals: [Int32]) {
        self.signals = signals
        line = WaitLine(core: core)
    }

    deinit {
        let (id, signals) = (ObjectIdentifier(self), signals)
        core.callOnLoop { core in
            for signal in signals {
                core.signals[signal]?.removeListener(id)
                core.unwatchSignal(signal)
            }
        }
    }

    func add(_ signal: Int32) {
        guard !pending.contains(signal) else { return }
        pending.append(signal)
        _ = line.handOver()
    }

    nonisolated(nonsending) func next() async -> Int32? {
        guard core.isOnOwnerThread else { return await core.onLoop { [self] _ in await next() } ?? nil }
        if core.spendBudget() { await core.yield() }
        if core.refusal(on: nil) < 0 { return nil }
        while true {
            // Whoever was woken takes what it was woken for, cancelled meanwhile or not: nobody else was.
            if let signal = pending.popFirst() { return signal }
            // A task that is no task of the loop's may get here while the loop closes, and on the rescue thread after.
            if core.phase >= .ending { return nil }
            if await core.wait(for: line.join()) < 0 { return nil }
        }
    }
}
