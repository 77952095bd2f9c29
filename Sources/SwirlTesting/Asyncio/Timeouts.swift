import SwirlCore

extension Conformance {
    static let timeouts =
        [
            timeoutBasic, deadlineBasic, nestedSameDeadline, bodySeesCancel, notReached, disabled, deadlineDisabled, timeoutZero,
            timeoutZeroSleepZero, inThePast, foreignError, errorOnTimeout, foreignCancelInScope, outerNotCancelled,
            nestedInnerLate,
            nestedLoopBusy, rescheduled, rescheduledNearer, finishedScope, scopeInCleanUp, scopeAfterCancel, cancelInScope,
            errorNamesScope, unstructuredAfter, offLoop,
        ] + timeoutScopes

    private static let mirrored = "test_timeouts.TimeoutTests.test_"

    private static let timeoutBasic = Scenario.asyncio("a scope ends at its timeout", mirrors: mirrored + "timeout_basic") {
        loop, _ in
        let handle = Box<Timeout?>(nil)
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withTimeout(.milliseconds(1)) { timeout in
                handle.value = timeout
                try await loop.sleep(for: .seconds(100))
            }
        }
        try expect(handle.value?.isExpired == true, "not expired")
    }

    private static let deadlineBasic = Scenario.asyncio("a scope ends at its deadline", mirrors: mirrored + "timeout_at_basic") {
        loop, _ in
        let deadline = loop.time.advanced(by: .milliseconds(1))
        let handle = Box<Timeout?>(nil)
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withDeadline(deadline) { timeout in
                handle.value = timeout
                try await loop.sleep(for: .seconds(100))
            }
        }
        try expect(handle.value?.isExpired == true && handle.value?.when == deadline, "\(handle.value!)")
        try expect(loop.time >= deadline, "too early")
    }

    private static let nestedSameDeadline = Scenario.asyncio(
        "of two scopes with one deadline the outer one throws", mirrors: mirrored + "nested_timeouts"
    ) { loop, _ in
        let deadline = loop.time.advanced(by: .milliseconds(1))
        let (errors, handles) = (Box<[String]>([]), Box<[Timeout]>([]))
        try await expectThrows(TimeoutError.self, "the outer") {
            try await withDeadline(deadline) { outer in
                handles.value.append(outer)
                do {
                    try await withDeadline(deadline) { inner in
                        handles.value.append(inner)
                        try await loop.sleep(for: .seconds(100))
                    }
                } catch {
                    errors.value.append("\(type(of: error))")
                    throw error
                }
            }
        }
        try expectEqual(errors.value, ["CancellationError"], "the inner one's error")
        try expect(handles.value.allSatisfy(\.isExpired), "\(handles.value)")
    }

    private static let bodySeesCancel = Scenario.asyncio(
        "the body of a scope sees a cancellation", mirrors: mirrored + "waiter_cancelled"
    ) { loop, _ in
        let seen = Box(false)
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withTimeout(.milliseconds(1)) {
                do { try await loop.sleep(for: .seconds(100)) } catch is CancellationError {
                    seen.value = true
                    throw CancellationError()
                }
            }
        }
        try expect(seen.value, "not seen")
    }

    private static let notReached = Scenario.asyncio(
        "a scope that ends in time leaves no timer", mirrors: mirrored + "timeout_not_called"
    ) { loop, _ in
        let handle = try await withTimeout(.seconds(100)) { timeout in
            try await loop.sleep(for: .microseconds(10))
            return timeout
        }
        try expect(!handle.isExpired && handle.when! > loop.time, "\(handle)")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let disabled = Scenario.asyncio("a scope may have no timeout", mirrors: mirrored + "timeout_disabled") {
        loop, _ in
        let handle = try await withTimeout(nil) { timeout in
            try await loop.sleep(for: .microseconds(10))
            return timeout
        }
        try expect(!handle.isExpired && handle.when == nil, "\(handle)")
    }

    private static let deadlineDisabled = Scenario.asyncio(
        "a scope may have no deadline", mirrors: mirrored + "timeout_at_disabled"
    ) { loop, _ in
        let handle = try await withDeadline(nil) { timeout in
            try await loop.sleep(for: .microseconds(10))
            return timeout
        }
        try expect(!handle.isExpired && handle.when == nil, "\(handle)")
    }

    /// A scope that has no time: its body runs to its first wait.
    private static func without(
        _ name: String, _ mirrors: String, _ duration: Duration, sleep: Duration
    ) -> Scenario {
        .asyncio(name, mirrors: mirrored + mirrors) { loop, _ in
            let (ran, before) = (Box<[Timeout]>([]), loop.time)
            try await expectThrows(TimeoutError.self, "the scope") {
                try await withTimeout(duration) { timeout in
                    ran.value.append(timeout)
                    try await loop.sleep(for: sleep)
                    try await loop.sleep(for: sleep)
                }
            }
            try expect(ran.value.count == 1 && ran.value[0].isExpired, "\(ran.value)")
            try expect(ran.value[0].when! <= before.advanced(by: .seconds(5)), "its deadline")
        }
    }

    private static let timeoutZero = without(
        "a scope without time runs to its first wait", "timeout_zero", .zero, sleep: .seconds(100))
    private static let timeoutZeroSleepZero = without(
        "a scope without time does not go on after a yield", "timeout_zero_sleep_zero", .zero, sleep: .zero)
    private static let inThePast = without(
        "a scope whose time is past does not go on after a yield", "timeout_in_the_past_sleep_zero", .seconds(-11), sleep: .zero)

    private static let foreignError = Scenario.asyncio(
        "an error passes through a scope", mirrors: mirrored + "foreign_exception_passed"
    ) { loop, _ in
        let handle = Box<Timeout?>(nil)
        try await expectThrows(Wrong.self, "the scope") {
            try await withTimeout(.seconds(100)) { (timeout: Timeout) -> Void in
                handle.value = timeout
                throw Wrong()
            }
        }
        try expect(handle.value?.isExpired == false, "expired")
    }

    private static let errorOnTimeout = Scenario.asyncio(
        "an error that the timeout brings about passes through", mirrors: mirrored + "foreign_exception_on_timeout"
    ) { loop, _ in
        try await expectThrows(Wrong.self, "the scope") {
            try await withTimeout(.milliseconds(1)) {
                do { try await loop.sleep(for: .seconds(100)) } catch { throw Wrong() }
            }
        }
    }

    private static let foreignCancelInScope = Scenario.asyncio(
        "a cancellation from outside is no timeout", mirrors: mirrored + "foreign_cancel_doesnt_timeout_if_not_expired"
    ) { loop, _ in
        let handle = Box<Timeout?>(nil)
        let task = loop.createTask {
            try await withTimeout(.seconds(100)) { timeout in
                handle.value = timeout
                LoopTask.current?.cancel()
                try await loop.sleep(for: .seconds(100))
            }
        }
        try await expectCancelled("the task") { try await task.value }
        try expect(handle.value?.isExpired == false && task.isCancelled(), "expired")
    }

    private static let outerNotCancelled = Scenario.asyncio(
        "a task goes on after a scope that expired", mirrors: mirrored + "outer_task_is_not_cancelled"
    ) { loop, _ in
        let task = loop.createTask {
            try await expectThrows(TimeoutError.self, "the scope") {
                try await withTimeout(.milliseconds(1)) { try await loop.sleep(for: .seconds(100)) }
            }
            try await loop.sleep(for: .microseconds(10))
            return LoopTask.current?.isCancelling() == false && !Task.isCancelled
        }
        try expect(try await task.value, "it is cancelled")
        try expect(!task.isCancelled() && task.isDone(), "\(task)")
    }

    private static let nestedInnerLate = Scenario.asyncio(
        "the outer of two scopes may be the shorter", mirrors: mirrored + "nested_timeouts_concurrent"
    ) { loop, _ in
        let inner = Box<String>("")
        try await expectThrows(TimeoutError.self, "the outer") {
            try await withTimeout(.milliseconds(1)) {
                do {
                    try await withTimeout(.seconds(100)) { try await loop.sleep(for: .seconds(1000)) }
                } catch {
                    inner.value = "\(type(of: error))"
                    throw error
                }
            }
        }
        try expectEqual(inner.value, "CancellationError", "the inner one's error")
    }

    private static let nestedLoopBusy = Scenario.asyncio(
        "the outer scope still ends what comes after the inner one expired", mirrors: mirrored + "nested_timeouts_loop_busy"
    ) { loop, _ in
        let inner = Box(false)
        try await expectThrows(TimeoutError.self, "the outer") {
            try await withTimeout(.seconds(100)) { outer in
                try await expectThrows(TimeoutError.self, "the inner") {
                    try await withTimeout(.microseconds(100)) { try await loop.sleep(for: .seconds(100)) }
                }
                inner.value = true
                // Not before: a loop that is kept from running would find both expired.
                try outer.reschedule(after: .milliseconds(1))
                try await loop.sleep(for: .seconds(100))
            }
        }
        try expect(inner.value, "the inner one did not throw")
    }

    private static let rescheduled = Scenario.asyncio(
        "a scope's deadline can be moved, and removed", mirrors: mirrored + "reschedule"
    ) { loop, _ in
        let first = loop.time.advanced(by: .seconds(10))
        let second = first.advanced(by: .seconds(20))
        let started = Future<Timeout>()
        let task = loop.createTask {
            try await withDeadline(first) { timeout in
                try started.setResult(timeout)
                try await loop.sleep(for: .seconds(100))
            }
        }
        let timeout = try await started.value
        try expectEqual(timeout.when, first, "the first deadline")
        try timeout.reschedule(to: second)
        try expectEqual(timeout.when, second, "the second deadline")
        try timeout.reschedule(to: nil)
        try expect(timeout.when == nil && loop.timerCount == 1, "no deadline")
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(!timeout.isExpired, "\(timeout)")
    }

    private static let rescheduledNearer = Scenario.loop("a scope without a timeout ends at the one that it gets", "S13") {
        loop, _ in
        try await expectThrows(TimeoutError.self, "the scope") {
            try await withTimeout(nil) { timeout in
                try timeout.reschedule(after: .milliseconds(1))
                try await loop.sleep(for: .seconds(100))
            }
        }
    }

    private static let finishedScope = Scenario.asyncio(
        "the deadline of a scope that has ended cannot be moved", mirrors: mirrored + "timeout_finished"
    ) { loop, _ in
        let handle = try await withTimeout(.seconds(100)) { $0 }
        let error = try await expectError("moving it") { try handle.reschedule(after: .seconds(1)) }
        try expectEqual("\(error)", "Cannot change state of finished Timeout", "the error")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let scopeInCleanUp = Scenario.asyncio(
        "clean-up after a timeout may have a scope of its own", mirrors: mirrored + "nested_timeout_in_finally"
    ) { loop, _ in
        let inner = Box<String>("")
        try await expectThrows(TimeoutError.self, "the outer") {
            try await withTimeout(.milliseconds(1)) {
                do { try await loop.sleep(for: .seconds(100)) } catch {
                    do {
                        try await shield {
                            try await withTimeout(.milliseconds(1)) { try await loop.sleep(for: .seconds(100)) }
                        }
                    } catch let error {
                        inner.value = "\(type(of: error))"
                    }
                    throw error
                }
            }
        }
        try expectEqual(inner.value, "TimeoutError", "the inner one's error")
    }

    private static let scopeAfterCancel = Scenario.asyncio(
        "a cancelled task cleans up in a shielded scope", mirrors: mirrored + "timeout_after_cancellation"
    ) { loop, _ in
        let errors = Box<[String]>([])
        let task = loop.createTask {
            LoopTask.current?.cancel()
            for isShielded in [false, true] {
                do {
                    if isShielded {
                        try await shield { try await withTimeout(.zero) { try await loop.sleep(for: .seconds(100)) } }
                    } else {
                        // Without the shield the scope begins cancelled.
                        try await withTimeout(.zero) { try await loop.sleep(for: .seconds(100)) }
                    }
                } catch { errors.value.append("\(type(of: error))") }
            }
        }
        try await task.value
        try expectEqual(errors.value, ["CancellationError", "TimeoutError"], "the errors")
    }

    private static let cancelInScope = Scenario.asyncio(
        "a scope in a cancelled task says that it is cancelled", mirrors: mirrored + "cancel_in_timeout_after_cancellation"
    ) { loop, _ in
        let task = loop.createTask {
            LoopTask.current?.cancel()
            try? await loop.sleep(for: .seconds(100))
            try await withTimeout(.seconds(100)) {
                LoopTask.current?.cancel()
                try await loop.sleep(for: .seconds(100))
            }
        }
        try await expectCancelled("the task") { try await task.value }
    }

    private static let errorNamesScope = Scenario.loop(
        "a TimeoutError says which scope, and how long it had", "S13"
    ) { loop, _ in
        let error = try await expectError("the scope") {
            try await withTimeout(.milliseconds(1)) { try await loop.sleep(for: .seconds(100)) }
        }
        let timeout = try require(error as? TimeoutError, "\(error)")
        try expect(timeout.subject.contains("SwirlTesting/Timeouts.swift:"), "\(timeout)")
        try expect(timeout.operation == "withTimeout" && timeout.limit == .milliseconds(1), "\(timeout)")
    }

    private static let unstructuredAfter = Scenario.asyncio(
        "what follows a scope that expired is not touched by it",
        mirrors: "test_tasks.BaseTaskTests.test_uncancel_structured_blocks"
    ) { loop, _ in
        for (sleep, limit) in [(Duration.seconds(100), Duration.milliseconds(1)), (.zero, .seconds(100))] {
            let found = Box<[Bool]>([false, false, false])
            let task = loop.createTask {
                do {
                    try await withTimeout(limit) {
                        try await loop.sleep(for: sleep)
                        found.value[1] = true
                    }
                } catch is TimeoutError { found.value[0] = true }
                try await loop.sleep(for: .zero)
                found.value[2] = true
                return LoopTask.current?.isCancelling()
            }
            try expectEqual(try await task.value, false, "it is cancelling")
            try expectEqual(found.value, [sleep > .zero, sleep == .zero, true], "timed out, finished, went on")
        }
    }

    private static let offLoop = Scenario.asyncio(
        "a scope needs a loop", mirrors: mirrored + "timeout_without_task"
    ) { loop, _ in
        let elsewhere = Task.detached { try await withTimeout(.seconds(1)) {} }
        let error = try await expectError("the scope") { try await elsewhere.value }
        try expectEqual(error as? LoopError, .noRunningLoop, "the error")
    }
}
