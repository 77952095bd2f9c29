import Testing

@testable import SwirlCore

@Suite struct FutureTests {
    private struct Wrong: Error {}

    /// What happened, in order. Used on one loop's thread.
    private final class Log: @unchecked Sendable {
        var entries: [String] = []
    }

    @Test func isSetOnce() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            holds(future.state() == .pending)
            holds(
                thrown {
                    _ = loop; return try future.result()
                } is FutureError)
            holds(
                thrown {
                    _ = loop; return try future.error()
                } is FutureError)
            try future.setResult(1)
            holds(
                thrown {
                    _ = loop; return try future.setResult(2)
                } is FutureError)
            holds(
                thrown {
                    _ = loop; return try future.setError(Wrong())
                } is FutureError)
            future.cancel()
            holds(future.state() == .finished)
            holds(try future.result() == 1)
            #expect(try await future.value == 1)
        }
    }

    @Test func keepsItsError() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            try future.setError(Wrong())
            holds(try future.error() is Wrong)
            await #expect(throws: Wrong.self) { try await future.value }
            await #expect(throws: Wrong.self) { try await future.value }
        }
    }

    @Test func isCancelledOnce() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            future.cancel()
            future.cancel()
            holds(future.state() == .cancelled)
            holds(
                thrown {
                    _ = loop; return try future.setResult(1)
                } is FutureError)
            holds(
                thrown {
                    _ = loop; return try future.error()
                } is CancellationError)
            await #expect(throws: CancellationError.self) { try await future.value }
        }
    }

    /// Never inline, in the order in which they were added; also when it is done already.
    @Test func callsBackInOrder() async throws {
        try await onLoop { loop in
            let log = Log()
            let future = Future<Int>()
            for index in 0..<3 { future.addDoneCallback { _ in log.entries.append("callback \(index)") } }
            try future.setResult(1)
            log.entries.append("set")
            future.addDoneCallback { _ in log.entries.append("late") }
            log.entries.append("added")
            try await loop.sleep(for: .zero)
            try await loop.sleep(for: .zero)
            holds(log.entries == ["set", "added", "callback 0", "callback 1", "callback 2", "late"])
        }
    }

    @Test func wakesAllWhoWait() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            let waiting = (0..<5).map { index in loop.createTask { try await future.value + index } }
            let cancelled = loop.createTask { try await shield(future) }
            let foreign = Task.detached { try await future.value }
            for _ in 0..<6 { try await loop.sleep(for: .zero) }
            cancelled.cancel()
            try future.setResult(10)
            for (index, task) in waiting.enumerated() { #expect(try await task.value == 10 + index) }
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            #expect(try await foreign.value == 10)
        }
    }

    @Test func describesItself() async throws {
        try await onLoop { loop in
            let future = Future<Int>()
            holds("\(future)" == "<Future pending>")
            try future.setResult(1)
            holds("\(future)" == "<Future finished result=1>")
        }
    }
}

/// The error that `body` throws. It is isolated to the loop because it names it.
private func thrown<T>(_ body: () throws -> T) -> (any Error)? {
    do { _ = try body() } catch { return error }
    return nil
}
