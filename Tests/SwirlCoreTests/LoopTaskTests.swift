import SwirlEpoll
import Testing

@testable import SwirlCore
@testable import SwirlTesting

@Suite struct LoopTaskTests {
    private struct Wrong: Error {}

    @Test func hasStates() async throws {
        try await onLoop { loop in
            let task = loop.createTask { 5 }
            holds(task.state() == .pending)
            holds(!task.isDone())
            #expect(try await task.value == 5)
            holds(task.state() == .finished)
            holds(try task.result() == 5)
        }
    }

    @Test func describesItself() async throws {
        try await onLoop { loop in
            let task = loop.createTask(name: "a name") { 5 }
            let place = "SwirlCoreTests/LoopTaskTests.swift"
            holds("\(task)".hasPrefix("<LoopTask pending name='a name' coro=<\(place):"))
            _ = try await task.value
            holds("\(task)".hasSuffix(" result=5>"))
            let wrong = loop.createTask(name: "wrong") { throw Wrong() }
            _ = try? await wrong.value
            holds("\(wrong)".hasSuffix(" error=Wrong()>"))
            let nothing = loop.createTask {}
            try await nothing.value
            holds("\(nothing)".hasSuffix(" result=None>"))
            holds(nothing.name.hasPrefix("Task-"))
        }
    }

    @Test func cancelledBeforeTheFirstStepNeverRuns() async throws {
        try await onLoop { loop in
            let task = loop.createTask { Issue.record("it ran") }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            holds(task.state() == .cancelled)
        }
    }

    /// Cancellation is sticky: each operation after it throws.
    @Test func cancelIsSeenByEveryOperation() async throws {
        try await onLoop { loop in
            let task = loop.createTask {
                var count = 0
                for _ in 0..<3 {
                    do { try await loop.sleep(for: .seconds(100)) } catch is CancellationError { count += 1 }
                }
                return count
            }
            for _ in 0..<3 { try await loop.sleep(for: .zero) }
            task.cancel()
            #expect(try await task.value == 3)
            holds(task.state() == .finished)
        }
    }

    @Test func cancelReachesChildTasks() async throws {
        try await onLoop { loop in
            let task = loop.createTask {
                async let a: Void = loop.sleep(for: .seconds(100))
                async let b: Void = loop.sleep(for: .seconds(100))
                _ = try await (a, b)
            }
            for _ in 0..<5 { try await loop.sleep(for: .zero) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func fromOutside() async throws {
        let loop = try Loop(.epoll)
        let task = loop.createTask { 7 }
        let failing = loop.createTask { throw Wrong() }
        let run = Task.detached { try await runAndClose(loop, until: failing) }
        #expect(try await task.value == 7)
        await #expect(throws: Wrong.self) { try await failing.value }
        try await run.value
        holds(loop.taskCount == 0)
    }

    /// The public way to the running task, and ours, name the same.
    @Test func theCurrentTaskIsKnown() async throws {
        try await onLoop { loop in
            checkCurrentTask()
            try await loop.createTask { checkCurrentTask() }.value
            try await loop.sleep(for: .zero)
            checkCurrentTask()
            await withTaskGroup(of: Void.self) { group in group.addTask { checkCurrentTask() } }
            async let child: Void = checkCurrentTask()
            await child
        }
        checkCurrentTask()
    }
}

private func checkCurrentTask() {
    let known = unsafe withUnsafeCurrentTask { task in
        unsafe task.map { unsafe unsafeBitCast($0, to: UInt.self) }
    }
    holds(unsafe UInt(bitPattern: SwiftTask.current) == known ?? 0)
}

private func runAndClose<T: Sendable>(_ loop: Loop, until task: LoopTask<T>) async throws {
    let thread = Once<Void>()
    OwnThread.detached {
        _ = try? loop.runUntilComplete(task)
        try? loop.close()
        thread.finish(())
    }
    await thread.get()
}
