import Glibc
import Swirl
import SystemPackage
import Testing

/// Signals belong to the process, so one test at a time.
@Suite(.serialized) struct SignalTests {
    static let backends = [Backend.poll, .epoll, .ioUring].filter { $0.unavailableBecause() == nil }.map(\.name)

    private func onLoop(_ name: String, _ body: @escaping @Sendable (isolated Loop) async throws -> Void) async throws {
        // What is there when a handler is taken away again: else the next signal would end the tests.
        signal(SIGUSR1, SIG_IGN)
        defer { signal(SIGUSR1, SIG_DFL) }
        try await Loop.run([Backend.poll, .epoll, .ioUring].first { $0.name == name }!, body)
    }

    @Test(arguments: backends) func aSignalCallsItsHandler(backend: String) async throws {
        try await onLoop(backend) { loop in
            let calls = Calls()
            try loop.addSignalHandler(SIGUSR1) { [loop] in
                loop.preconditionIsolated()
                calls.count += 1
            }
            for round in 1...5 {
                kill(getpid(), SIGUSR1)
                while calls.count < round { try await loop.sleep(for: .milliseconds(1)) }
            }
            #expect(calls.count == 5)
            let removed = loop.removeSignalHandler(SIGUSR1)
            #expect(removed)
            kill(getpid(), SIGUSR1)
            try await loop.sleep(for: .milliseconds(20))
            #expect(calls.count == 5)
            let again = loop.removeSignalHandler(SIGUSR1)
            #expect(!again)
        }
    }

    @Test(arguments: backends) func aSecondHandlerReplacesTheFirst(backend: String) async throws {
        try await onLoop(backend) { loop in
            let (first, second) = (Calls(), Calls())
            try loop.addSignalHandler(SIGUSR1) { [loop] in
                loop.preconditionIsolated()
                first.count += 1
            }
            try loop.addSignalHandler(SIGUSR1) { [loop] in
                loop.preconditionIsolated()
                second.count += 1
            }
            kill(getpid(), SIGUSR1)
            while second.count == 0 { try await loop.sleep(for: .milliseconds(1)) }
            #expect(first.count == 0 && second.count == 1)
        }
    }

    @Test(arguments: backends) func aLoopThatClosesGivesItsSignalsBack(backend: String) async throws {
        for _ in 0..<3 {
            try await onLoop(backend) { loop in
                try loop.addSignalHandler(SIGUSR1) {}
                let taken = await failure { try await Loop.run(.poll) { other in try other.addSignalHandler(SIGUSR1) {} } }
                #expect((taken as? IOError)?.errno == .resourceBusy)
            }
        }
    }

    @Test(arguments: backends) func whatCannotBeHandled(backend: String) async throws {
        try await onLoop(backend) { loop in
            for number in [SIGKILL, SIGSTOP, 0, -1, 65, 1000] {
                do throws(IOError) {
                    try loop.addSignalHandler(number) {}
                    Issue.record("signal \(number) has a handler")
                } catch {
                    #expect(error.errno == .invalidArgument)
                }
            }
        }
    }

    /// D11: waiting for a signal is not waking up now and then.
    @Test(arguments: backends) func aHandlerDoesNotKeepTheLoopAwake(backend: String) async throws {
        try await onLoop(backend) { loop in
            try loop.addSignalHandler(SIGUSR1) {}
            try await loop.sleep(for: .milliseconds(10))
            let before = loop.waitCount
            try await loop.sleep(for: .milliseconds(200))
            let waits = loop.waitCount - before
            #expect(waits <= 2)
        }
    }
}

/// Touched on one loop only.
private final class Calls: @unchecked Sendable {
    var count = 0
}

private func failure<T>(_ body: () async throws -> T) async -> (any Error)? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
