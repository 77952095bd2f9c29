import SwirlEpoll
import Testing

@testable import SwirlCore

/// What is no longer to be told does not stay with a future that nobody finishes.
@Suite struct ListenerTests {
    @Test func cancelledCallbacksAreSweptOut() async throws {
        try await onLoop { _ in
            let future = Future<Int>()
            for _ in 0..<1000 { future.addDoneCallback { _ in }.cancel() }
            holds(future.listenerCount <= 18)
            holds(future.callbacks.isEmpty)
            future.cancel()
        }
    }

    /// What it captured may do anything when it goes: that comes in the middle of adding another.
    @Test func aSweptCallbackMaySettleTheFuture() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            // Cancelled elsewhere, so that it is the sweep that lets go.
            for _ in 0..<17 { holdOne(future, loop) }
            holds(future.listenerCount == 17)
            // The one more that has them swept.
            holds(try await future.value == 7)
        }
    }

    private func holdOne(_ future: Future<Int>, _ loop: isolated Loop) {
        let last = AtLast { try? future.setResult(7, on: loop) }
        let handle = Handle(at: nil) { withExtendedLifetime(last) {} }
        future.whenDone(handle)
        handle.cancel()
    }

    @Test func cancelledWaitsForCompletionsAreSweptOut() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            let completions = Completions(loop.core, [future]) { $0.areAllDone }
            for _ in 0..<1000 { _ = await completions.wait(deadline: loop.core.now) }
            holds(completions.line.tokenCount <= WaitLine.tokensMin + 2)
            completions.stop()
            future.cancel()
        }
    }

    static func runsThatStopEnded(_ count: Int) throws -> Int {
        let loop = try Loop(.epoll)
        let future = loop.createFuture(of: Int.self)
        for _ in 0..<count {
            try loop.callSoonThreadsafe { loop in loop.stop() }
            #expect(throws: LoopError.stoppedBeforeCompletion) { try loop.runUntilComplete(future) }
        }
        try loop.close()
        return future.listenerCount
    }

    @Test func aRunThatStopEndedLeavesNothing() throws {
        #expect(try Self.runsThatStopEnded(3) == 0)
    }
}

/// Does something when it goes.
private final class AtLast: @unchecked Sendable {
    // Sendable: used on one loop's thread.
    private let body: () -> Void

    init(_ body: @escaping () -> Void) {
        self.body = body
    }

    deinit { body() }
}
