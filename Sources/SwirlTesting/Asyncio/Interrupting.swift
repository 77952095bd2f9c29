import CSwirlSystem
import Glibc
import SwirlCore

extension Conformance {
    static let interrupting = [
        interruptWait, interruptBusy, interruptCancelled, interruptOnce, interruptSwallowed, interruptOther, interruptOptOut,
    ]

    /// Runs `body` where SIGINT means what it means when a program starts, and puts back what it meant here.
    private static func withDefaultInterrupt<T>(_ body: () async throws -> T) async throws -> T {
        let before = signal(SIGINT, SIG_DFL)
        defer { signal(SIGINT, before) }
        return try await body()
    }

    /// Whether Ctrl-C would kill the process now.
    private static var interruptKills: Bool {
        var now = sigaction()
        unsafe sigaction(SIGINT, nil, &now)
        return unsafe now.__sigaction_handler.sa_handler == nil
    }

    /// Ctrl-C, but not where it would end the tests.
    private static func interrupt() throws {
        try expect(!interruptKills, "nobody handles SIGINT")
        kill(getpid(), SIGINT)
    }

    private static func isInterrupted(_ result: Result<Void, any Error>) -> Bool {
        if case .failure(let error) = result { error is Interrupted } else { false }
    }

    static let interruptWait = Scenario.asyncio(
        "Ctrl-C cancels the main task and what it waits for, and the run throws Interrupted", "S7 LOOP-10",
        mirrors: "test_runners.RunnerTests.test_interrupt_wait"
    ) { _, context in
        let steps = Journal()
        let result = try await withDefaultInterrupt {
            await resultOf {
                try await Loop.run(context.backend, options: .testing) { loop in
                    let future = Future<Void>()
                    loop.callSoon { try? interrupt() }
                    do { try await future.value } catch {
                        steps.add("\(error is CancellationError)")
                        throw error
                    }
                }
            }
        }
        try expect(isInterrupted(result), "\(result)")
        try expectEqual(steps.all, ["true"], "what the main task saw")
    }

    static let interruptBusy = Scenario.asyncio(
        "Ctrl-C reaches a main task that only yields", "S7",
        mirrors: "test_runners.RunnerTests.test_interrupt_call_soon"
    ) { _, context in
        let result = try await withDefaultInterrupt {
            await resultOf {
                try await Loop.run(context.backend, options: .testing) { loop in
                    loop.callLater(.milliseconds(1)) { try? interrupt() }
                    while true { try await loop.sleep(for: .zero) }
                }
            }
        }
        try expect(isInterrupted(result), "\(result)")
    }

    static let interruptCancelled = Scenario.asyncio(
        "Ctrl-C on a main task that was cancelled before leaves a plain cancellation", "S7 LOOP-10",
        mirrors: "test_runners.RunnerTests.test_interrupt_cancelled_task"
    ) { _, context in
        let steps = Journal()
        let result = try await withDefaultInterrupt {
            await resultOf {
                try await Loop.run(context.backend, options: .testing) { loop in
                    let main = LoopTask.current
                    loop.callSoon { main?.cancel() }
                    do { try await loop.sleep(for: .seconds(100)) } catch {
                        steps.add("cancelled")
                        try interrupt()
                        // Nobody finishes it: only one more cancel, which is Ctrl-C's, ends the wait.
                        try await shield(Future<Void>())
                    }
                }
            }
        }
        try expectEqual(steps.all, ["cancelled"], "what the main task saw")
        try expect({ if case .failure(let error) = result { error is CancellationError } else { false } }(), "\(result)")
    }

    static let interruptOnce = Scenario.loop(
        "the second Ctrl-C ends the process as if there were no loop", "S7 LOOP-10"
    ) { _, context in
        let steps = Journal()
        let result = try await withDefaultInterrupt {
            await resultOf {
                try await Loop.run(context.backend, options: .testing) { loop in
                    steps.add("first: \(interruptKills ? "kills" : "handled")")
                    try interrupt()
                    // Before the loop has so much as looked at it: whichever thread gets it resets it.
                    while !interruptKills { usleep(100) }
                    steps.add("second: \(interruptKills ? "kills" : "handled")")
                    try await loop.sleep(for: .seconds(100))
                }
            }
        }
        try expect(isInterrupted(result), "\(result)")
        try expectEqual(steps.all, ["first: handled", "second: kills"], "what Ctrl-C would do")
    }

    static let interruptSwallowed = Scenario.loop(
        "a main task that ends well in spite of Ctrl-C has its result", "S7"
    ) { _, context in
        let result = try await withDefaultInterrupt {
            try await Loop.run(context.backend, options: .testing) { loop in
                try interrupt()
                do {
                    try await loop.sleep(for: .seconds(100))
                    return "not cancelled"
                } catch {
                    return "cleaned up"
                }
            }
        }
        try expectEqual(result, "cleaned up", "the result")
    }

    static let interruptOther = Scenario.loop(
        "a run leaves SIGINT alone where somebody handles it", "S7"
    ) { _, context in
        let before = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, before) }
        let answer = try await Loop.run(context.backend, options: .testing) { loop in
            kill(getpid(), SIGINT)
            try await loop.sleep(for: .milliseconds(1))
            return 1
        }
        try expectEqual(answer, 1, "the result")
    }

    static let interruptOptOut = Scenario.loop(
        "a run can be told to leave SIGINT alone, and puts it back otherwise", "S7"
    ) { _, context in
        try await withDefaultInterrupt {
            var options = LoopOptions.testing
            options.cancelsOnInterrupt = false
            let without = try await Loop.run(context.backend, options: options) { _ in interruptKills }
            let with = try await Loop.run(context.backend, options: .testing) { _ in interruptKills }
            try expect(without && !with, "without: \(without), with: \(with)")
            try expect(interruptKills, "a run that ended still handles it")
        }
    }
}
