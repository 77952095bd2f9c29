import SwirlCore

extension Conformance {
    /// What a scope's body may do, and what others see of the scope.
    static let timeoutScopes = [
        describedActive, describedExpired, describedFinished, describedDisabled, expiringScope, expiredScope, swallowed,
        scopeOfAFuture, scopeOfATask, scopeCancelledOutside, scopeInChildTask, childTasksInScope, scopeUsesTheLocal, manyScopes,
        deepScopes, scopeFromThread,
    ]

    private static let mirrored = "test_timeouts.TimeoutTests.test_"

    private static let describedActive = Scenario.asyncio(
        "a timeout describes itself while its scope runs", mirrors: mirrored + "repr_active"
    ) { loop, _ in
        try await withTimeout(.seconds(10)) { timeout in
            try expectEqual("\(timeout)", "<Timeout [active] when=\(timeout.when!)>", "its description")
        }
    }

    private static let describedExpired = Scenario.asyncio(
        "a timeout describes itself when its scope has expired", mirrors: mirrored + "repr_expired"
    ) { loop, _ in
        let handle = Box<Timeout?>(nil)
        _ = try? await withTimeout(.milliseconds(1)) { timeout in
            handle.value = timeout
            try await loop.sleep(for: .seconds(100))
        }
        try expectEqual("\(handle.value!)", "<Timeout [expired]>", "its description")
    }

    private static let describedFinished = Scenario.asyncio(
        "a timeout describes itself when its scope has ended", mirrors: mirrored + "repr_finished"
    ) { loop, _ in
        let handle = try await withTimeout(.seconds(10)) { timeout in
            try await loop.sleep(for: .zero)
            return timeout
        }
        try expectEqual("\(handle)", "<Timeout [finished]>", "its description")
    }

    private static let describedDisabled = Scenario.asyncio(
        "a timeout describes itself where there is none", mirrors: mirrored + "repr_disabled"
    ) { loop, _ in
        try await withTimeout(nil) { timeout in
            try expectEqual("\(timeout)", "<Timeout [active] when=None>", "its description")
        }
    }

    private static let expiringScope = Scenario.asyncio(
        "the deadline of a scope that is expiring cannot be moved", mirrors: mirrored + "timeout_expiring"
    ) { loop, _ in
        try await withTimeout(.milliseconds(1)) { timeout in
            try? await loop.sleep(for: .seconds(100))
            let error = try await expectError("moving it") { try timeout.reschedule(after: .seconds(100)) }
            try expectEqual("\(error)", "Cannot change state of expiring Timeout", "the error")
        }
    }

    private static let expiredScope = Scenario.asyncio(
        "the deadline of a scope that has expired cannot be moved", mirrors: mirrored + "timeout_expired"
    ) { loop, _ in
        let handle = Box<Timeout?>(nil)
        _ = try? await withTimeout(.milliseconds(1)) { timeout in
            handle.value = timeout
            try await loop.sleep(for: .seconds(100))
        }
        let error = try await expectError("moving it") { try handle.value!.reschedule(to: nil) }
        try expectEqual("\(error)", "Cannot change state of expired Timeout", "the error")
    }

    private static let swallowed = Scenario.loop("a scope whose body swallows the cancellation has the body's result", "S13") {
        loop, _ in
        let (result, handle) = try await withTimeout(.milliseconds(1)) { timeout in
            try? await loop.sleep(for: .seconds(100))
            return (42, timeout)
        }
        try expect(result == 42 && handle.isExpired, "\(handle)")
        // And a cancellation from outside that was swallowed in a scope is still there behind it.
        let task = loop.createTask {
            try await withTimeout(.seconds(100)) { try? await loop.sleep(for: .seconds(100)) }
            try await loop.sleep(for: .seconds(100))
        }
        try await loop.turns(4)
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
    }

    private static let scopeOfAFuture = Scenario.loop("a scope that expires cancels the future that its body waits for", "S13") {
        loop, _ in
        let future = Future<Int>()
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withTimeout(.milliseconds(1)) { try await future.value }
        }
        try expect(future.isCancelled(), "\(future)")
    }

    private static let scopeOfATask = Scenario.loop("a scope that expires cancels the task that its body waits for", "S13") {
        loop, _ in
        let inner = loop.createTask { try await loop.sleep(for: .seconds(100)) }
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withTimeout(.milliseconds(1)) {
                try await withTimeout(.seconds(100)) { try await inner.value }
            }
        }
        try expect(inner.isCancelled(), "\(inner)")
    }

    private static let scopeCancelledOutside = Scenario.loop("cancelling a task ends what it waits for in nested scopes", "S13") {
        loop, _ in
        let future = Future<Int>()
        let task = loop.createTask {
            try await withTimeout(.seconds(100)) {
                try await withTimeout(.seconds(200)) { try await future.value }
            }
        }
        try await loop.until { "\(task)".contains("wait_for=<Future pending>") }
        task.cancel()
        try expect(future.isCancelled(), "\(future)")
        try await expectCancelled("the task") { try await task.value }
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let scopeInChildTask = Scenario.loop("scopes in child tasks expire and are cancelled alike", "S13") {
        loop, _ in
        let errors = try await withThrowingTaskGroup(of: String.self) { group in
            for limit in [Duration.milliseconds(1), .seconds(100)] {
                group.addTask {
                    do {
                        try await withTimeout(limit) { try await loop.sleep(for: .seconds(200)) }
                        return "no error"
                    } catch { return "\(type(of: error))" }
                }
            }
            var all = [try await group.next()!]
            group.cancelAll()
            all.append(try await group.next()!)
            return all
        }
        try expectEqual(errors, ["TimeoutError", "CancellationError"], "the errors")
    }

    private static let childTasksInScope = Scenario.loop("a scope that expires cancels the child tasks in it", "S13") { loop, _ in
        let futures = (0..<3).map { _ in loop.createFuture(of: Int.self) }
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withTimeout(.milliseconds(1)) {
                async let first = futures[0].value
                async let second = futures[1].value
                async let third = futures[2].value
                return try await first + second + third
            }
        }
        try expect(futures.allSatisfy { $0.isCancelled() }, "\(futures)")
    }

    private static let scopeUsesTheLocal = Scenario.loop("a scope uses what is local to its caller", "S2") { loop, _ in
        final class Local { var count = 0 }
        let local = Local()
        var numbers = [1]
        let same = try await withTimeout(.seconds(100)) {
            loop.preconditionIsolated()
            try await loop.sleep(for: .zero)
            loop.preconditionIsolated()
            local.count += 1
            numbers.append(2)
            return local
        }
        try expect(same === local && local.count == 1 && numbers == [1, 2], "\(local.count) \(numbers)")
    }

    private static let manyScopes = Scenario.loop("a task opens scopes one after the other", "S13") { loop, _ in
        for number in 0..<200 {
            let result = try await withTimeout(.seconds(100)) {
                if number % 2 == 0 { try await loop.sleep(for: .zero) }
                return number
            }
            try expectEqual(result, number, "the result")
        }
        try expectEqual(loop.timerCount, 0, "timers")
        try expectEqual(loop.allTasks.count, 1, "tasks")
    }

    private static let deepScopes = Scenario.loop("scopes nest deeply", "S13") { loop, _ in
        @Sendable func nest(_ loop: isolated Loop, _ depth: Int) async throws {
            if depth == 0 { return try await loop.sleep(for: .seconds(100)) }
            try await withTimeout(.seconds(100 + depth)) { try await nest(loop, depth - 1) }
        }
        let task = loop.createTask { (loop: isolated Loop) in try await nest(loop, 40) }
        try await loop.until { loop.timerCount == 41 }
        try expectEqual(loop.allTasks.count, 2, "tasks")
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let scopeFromThread = Scenario.loop("another thread reads a timeout, and cannot move it", "S13") { loop, _ in
        try await withTimeout(.seconds(100)) { timeout in
            let result = Once<(LoopClock.Instant?, LoopError?)>()
            OwnThread.detached {
                do {
                    try timeout.reschedule(to: nil)
                    result.finish((timeout.when, nil))
                } catch { result.finish((timeout.when, error as? LoopError)) }
            }
            let (when, error) = await result.get()
            try expectEqual(when, timeout.when, "the deadline")
            try expectEqual(error, .wrongThread, "the error")
        }
    }
}
