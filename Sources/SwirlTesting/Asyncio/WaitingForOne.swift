import SwirlCore

extension Conformance {
    /// `waitFor`.
    static let waitingForOne = [
        forCancelledWaits, forTimeoutWaits, forDoneWithoutTime, forNeverStarted, forNoTime, forTimeout, forBlocking, forInTime,
        forResultAfterTimeout, forTaskSeenToEnd, forTaskSeenToEndWithoutTime, forOtherError, forBothCancelled, forNoLimit,
        forLongLimit, forIgnored, forCancelledAfterwards, forPlainFuture,
    ]

    private static let mirrored = "test_waitfor.AsyncioWaitForTest.test_"

    private static let forCancelledWaits = Scenario.asyncio(
        "a cancelled waitFor sees its task end", mirrors: mirrored + "asyncio_wait_for_cancelled"
    ) { loop, _ in
        let exited = Box(false)
        let inner = loop.createTask {
            try? await loop.sleep(for: .seconds(100))
            try await shield { try await loop.sleep(for: .milliseconds(1)) }
            exited.value = true
        }
        let waiting = loop.createTask { try await waitFor(inner, timeout: .seconds(1000)) }
        try await loop.turns(4)
        waiting.cancel()
        _ = try await wait([waiting])
        try expect(exited.value, "the inner one still runs")
    }

    private static let forTimeoutWaits = Scenario.asyncio(
        "waitFor sees its body end after the timeout", mirrors: mirrored + "asyncio_wait_for_timeout"
    ) { loop, _ in
        let exited = Box(false)
        try await waitFor(timeout: .milliseconds(1)) {
            try? await loop.sleep(for: .seconds(100))
            try await shield { try await loop.sleep(for: .milliseconds(1)) }
            exited.value = true
        }
        try expect(exited.value, "the body still runs")
    }

    private static let forDoneWithoutTime = Scenario.asyncio(
        "waitFor without time has the result of what is done",
        mirrors: mirrored + "wait_for_timeout_less_then_0_or_0_future_done"
    ) { loop, _ in
        let future = Future<String>()
        try future.setResult("done")
        for timeout in [Duration.zero, .seconds(-1)] {
            try expectEqual(try await waitFor(future, timeout: timeout), "done", "the result")
        }
    }

    private static let forNeverStarted = Scenario.asyncio(
        "waitFor without time does not start its body",
        mirrors: mirrored + "wait_for_timeout_less_then_0_or_0_coroutine_do_not_started"
    ) { loop, _ in
        let started = Box(false)
        try await expectThrows(TimeoutError.self, "a closure") { try await waitFor(timeout: .zero) { started.value = true } }
        let task = loop.createTask { started.value = true }
        try await expectThrows(TimeoutError.self, "a task") { try await waitFor(task, timeout: .zero) }
        try expect(!started.value && task.isCancelled(), "started")
    }

    private static let forNoTime = Scenario.asyncio(
        "waitFor without time cancels what runs", mirrors: mirrored + "wait_for_timeout_less_then_0_or_0"
    ) { loop, _ in
        for timeout in [Duration.zero, .seconds(-1)] {
            let (started, running) = (Future<Void>(), Box(false))
            let task = loop.createTask {
                running.value = true
                defer { running.value = false }
                try started.setResult(())
                try await loop.sleep(for: .seconds(100))
            }
            try await started.value
            try await expectThrows(TimeoutError.self, "it") { try await waitFor(task, timeout: timeout) }
            try expect(task.isCancelled() && !running.value, "\(task)")
        }
    }

    private static let forTimeout = Scenario.asyncio(
        "waitFor cancels its task at the timeout, and says what was too slow", mirrors: mirrored + "wait_for"
    ) { loop, _ in
        let task = loop.createTask(name: "slow") { try await loop.sleep(for: .seconds(100)) }
        let error = try await expectError("it") { try await waitFor(task, timeout: .milliseconds(1)) }
        let timeout = try require(error as? TimeoutError, "\(error)")
        try expect(timeout.operation == "waitFor" && timeout.subject.contains("'slow'"), "\(timeout)")
        try expectEqual(timeout.limit, .milliseconds(1), "the limit")
        try expect(task.isCancelled(), "\(task)")
    }

    private static let forBlocking = Scenario.asyncio(
        "waitFor without a limit just waits", mirrors: mirrored + "wait_for_blocking"
    ) { loop, _ in
        try expectEqual(try await waitFor(timeout: nil) { "done" }, "done", "a closure")
        try expectEqual(try await waitFor(loop.createTask { "done" }, timeout: nil), "done", "a task")
    }

    private static let forInTime = Scenario.asyncio(
        "waitFor has a result that comes in time", mirrors: mirrored + "wait_for_race_condition"
    ) { loop, _ in
        let future = Future<String>()
        loop.callLater(.microseconds(100)) { try? future.setResult("ok") }
        try expectEqual(try await waitFor(future, timeout: .seconds(100)), "ok", "the result")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let forResultAfterTimeout = Scenario.asyncio(
        "waitFor has the result of a body that catches its cancellation",
        mirrors: mirrored + "wait_for_cancellation_race_condition"
    ) { loop, _ in
        let result = try await waitFor(timeout: .milliseconds(1)) {
            try await expectCancelled("the sleep") { try await loop.sleep(for: .seconds(100)) }
            return 1
        }
        try expectEqual(result, 1, "the result")
    }

    private static let forTaskSeenToEnd = Scenario.asyncio(
        "waitFor sees a task's clean-up end", mirrors: mirrored + "wait_for_waits_for_task_cancellation"
    ) { loop, _ in
        let done = Box(false)
        let task = loop.createTask {
            defer { done.value = true }
            do { try await loop.sleep(for: .seconds(100)) } catch {
                try await shield { try await loop.sleep(for: .milliseconds(1)) }
                throw error
            }
        }
        try await expectThrows(TimeoutError.self, "it") { try await waitFor(task, timeout: .microseconds(100)) }
        try expect(done.value, "it still runs")
    }

    private static let forTaskSeenToEndWithoutTime = Scenario.asyncio(
        "waitFor without time sees a task's clean-up end",
        mirrors: mirrored + "wait_for_waits_for_task_cancellation_w_timeout_0"
    ) { loop, _ in
        let done = Box(false)
        let task = loop.createTask {
            defer { done.value = true }
            do { try await loop.sleep(for: .seconds(100)) } catch {
                try await shield { try await loop.sleep(for: .milliseconds(1)) }
                throw error
            }
        }
        try await loop.turns(3)
        try await expectThrows(TimeoutError.self, "it") { try await waitFor(task, timeout: .zero) }
        try expect(done.value, "it still runs")
    }

    private static let forOtherError = Scenario.asyncio(
        "waitFor throws the error of a task that fails when it is cancelled",
        mirrors: mirrored + "wait_for_reraises_exception_during_cancellation"
    ) { loop, _ in
        let task = loop.createTask {
            do { try await loop.sleep(for: .seconds(100)) } catch { throw Wrong(number: 5) }
        }
        let error = try await expectError("it") { try await waitFor(task, timeout: .milliseconds(1)) }
        try expectEqual(error as? Wrong, Wrong(number: 5), "the error")
    }

    private static let forBothCancelled = Scenario.loop(
        "a waitFor that expired and is cancelled, too, says that it was cancelled", "S13"
    ) {
        loop, _ in
        let end = Future<Int>()
        let inner = loop.createTask {
            try? await loop.sleep(for: .seconds(100))
            return try await shield(end)
        }
        let order = Box<[String]>([])
        let outer = loop.createTask {
            do { _ = try await waitFor(inner, timeout: .milliseconds(1)) } catch { order.value.append("\(type(of: error))") }
        }
        try await loop.until { inner.isCancelling() }
        // A request before the task has seen the one before is the same request: it shall be behind its shield.
        try await loop.turns(3)
        outer.cancel()
        try await outer.value
        try expectEqual(order.value, ["CancellationError"], "the error")
        try expect(inner.isCancelled() && !end.isDone(), "\(inner) \(end)")
    }

    /// Cancelling who waits cancels the task, too.
    private static func cancelled(_ name: String, _ mirrors: String, _ timeout: Duration?) -> Scenario {
        .asyncio(name, mirrors: mirrored + mirrors) { loop, _ in
            let future = Future<Int>()
            let task = loop.createTask { try await future.value }
            let waiting = loop.createTask { try await waitFor(task, timeout: timeout) }
            try await loop.turns(3)
            loop.callSoon { waiting.cancel() }
            try await expectCancelled("who waits") { try await waiting.value }
            try expect(task.isCancelled() && future.isCancelled(), "\(task)")
        }
    }

    private static let forNoLimit = cancelled(
        "cancelling a waitFor without a limit cancels its task", "cancel_blocking_wait_for", nil)
    private static let forLongLimit = cancelled("cancelling a waitFor cancels its task", "cancel_wait_for", .seconds(1000))

    private static let forIgnored = Scenario.asyncio(
        "waitFor has the result of a task that returns when it is cancelled", mirrors: mirrored + "wait_for_cancel_suppressed"
    ) { loop, _ in
        let task = loop.createTask { () -> Int in
            try? await loop.sleep(for: .seconds(100))
            return 42
        }
        try expectEqual(try await waitFor(task, timeout: .milliseconds(1)), 42, "the result")
    }

    private static let forCancelledAfterwards = Scenario.asyncio(
        "a cancellation beside the result of waitFor is not lost", mirrors: mirrored + "wait_for_issue86296"
    ) { loop, _ in
        for count in 0..<8 {
            let reachedEnd = Box(false)
            let task = loop.createTask {
                try await waitFor(loop.createTask {}, timeout: .seconds(100))
                try await loop.sleep(for: .seconds(100))
                reachedEnd.value = true
            }
            if count > 0 { try await loop.turns(count) }
            task.cancel()
            try await expectCancelled("the task") { try await task.value }
            try expect(!reachedEnd.value, "it went on")
        }
    }

    private static let forPlainFuture = Scenario.loop("waitFor cancels a plain future at the timeout", "S13") { loop, _ in
        let future = Future<Int>()
        try await expectThrows(TimeoutError.self, "it") { try await waitFor(future, timeout: .milliseconds(1)) }
        try expect(future.isCancelled(), "\(future)")
    }
}
