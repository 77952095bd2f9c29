import CSwirlSystem
import SwirlCore

extension Scenario {
    /// Runs `body` as a task of a loop that a thread of its own drives, then looks at what the loop still has in hand,
    /// and closes it.
    ///
    /// The task is made here, in the caller's context, so that a test framework knows whose it is.
    func runLoop(
        _ context: ScenarioContext, _ options: LoopOptions, _ timeLimit: Duration, _ witness: Witness,
        _ body: @escaping @Sendable (isolated Loop, ScenarioContext) async throws -> Void
    ) async throws {
        let loop = try Loop(context.backend, options: options)
        witness.watch(loop.core)
        let task = loop.createTask(name: context.name) { (loop: isolated Loop) in
            try await body(loop, context)
            try await loop.expectAtRest(besides: 1)
        }
        let outcome = Once<Result<Void, any Error>>()
        OwnThread.detached {
            let result = Result { try loop.runUntilComplete(task) }
            let closing = Result { try loop.close() }
            outcome.finish(
                Result {
                    try result.get(); try closing.get()
                })
        }
        let ended = Once<Void>()
        OwnThread.detached {
            if ended.wait(timeLimit) != nil { return }
            outcome.finish(.failure(ScenarioFailure("not done in \(timeLimit): \(loop.outstanding())")))
        }
        let result = await outcome.get()
        ended.finish(())
        try result.get()
    }

    func runDriver(
        _ context: ScenarioContext, _ timeLimit: Duration, _ body: @escaping @Sendable (DriverHarness) throws -> Void
    ) async throws {
        try await onThread(timeLimit) {
            let harness = try DriverHarness(context.backend)
            try body(harness)
            try harness.finish()
        }
    }

    /// Runs `body` on a thread of its own, and does not wait for it longer than `timeLimit`.
    func onThread(_ timeLimit: Duration, _ body: @escaping @Sendable () throws -> Void) async throws {
        let outcome = Once<Result<Void, any Error>>()
        OwnThread.detached { outcome.finish(Result { try body() }) }
        let ended = Once<Void>()
        OwnThread.detached {
            if ended.wait(timeLimit) == nil { outcome.finish(.failure(ScenarioFailure("not done in \(timeLimit)"))) }
        }
        let result = await outcome.get()
        ended.finish(())
        try result.get()
    }
}

extension Loop {
    /// What the loop has in hand, one line.
    func inHand() -> String {
        "operations \(operationCount), timers \(timerCount), tasks \(taskCount), descriptors \(openDescriptorCount), "
            + "leased buffers \(leasedBufferCount), waits \(waitCount)"
    }

    /// The same from another thread, when the scenario hangs: by asking the loop, if it still answers.
    nonisolated func outstanding() -> String {
        let answer = Once<String>()
        do {
            try callSoonThreadsafe { answer.finish($0.inHand()) }
        } catch {
            return "the loop is closed"
        }
        return answer.wait(.seconds(1)) ?? "the loop does not answer; tasks \(taskCount), descriptors \(openDescriptorCount)"
    }

    /// Everything that was started has ended, but for the calling task. What was cancelled or dropped gets time to end.
    func expectAtRest(besides tasks: Int) async throws {
        for _ in 0..<2000 where !isAtRest(besides: tasks) { try await sleep(for: .milliseconds(1)) }
        try expect(isAtRest(besides: tasks), "not at rest afterwards: \(inHand())")
        try expectEqual(core.staleCompletions, 0, "D2: completions of what had ended")
    }

    private func isAtRest(besides tasks: Int) -> Bool {
        operationCount == 0 && timerCount == 0 && taskCount == tasks && openDescriptorCount == 0 && leasedBufferCount == 0
    }
}
