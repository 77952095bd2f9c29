import SwirlCore

extension Conformance {
    static let shielding = [
        shieldResult, shieldError, shieldCancelInner, shieldCancelOuter, shieldDone, shieldEffect, shieldGather, gatherShield,
        shieldClosure, shieldNoTime, shieldNoLimit, shieldTimeout, shieldCleansUp, shieldCancelledAgain, shieldReports,
        shieldAtClose,
    ]

    private static let mirrored = "test_tasks.BaseTaskTests.test_"

    private static let shieldResult = Scenario.asyncio("a shield passes the result on", mirrors: mirrored + "shield_result") {
        loop, _ in
        let inner = Future<Int>()
        let outer = loop.createTask { try await shield(inner) }
        try await loop.turns(3)
        try inner.setResult(42)
        try expectEqual(try await outer.value, 42, "the result")
    }

    private static let shieldError = Scenario.asyncio("a shield passes the error on", mirrors: mirrored + "shield_exception") {
        loop, _ in
        let inner = Future<Int>()
        let outer = loop.createTask { try await shield(inner) }
        try await loop.turns(3)
        try inner.setError(Wrong(number: 2))
        try expectEqual(try await expectError("the outer") { try await outer.value } as? Wrong, Wrong(number: 2), "the error")
    }

    private static let shieldCancelInner = Scenario.asyncio(
        "a shield does not hide that the future was cancelled", mirrors: mirrored + "shield_cancel_inner"
    ) { loop, _ in
        let inner = Future<Int>()
        let outer = loop.createTask { try await shield(inner) }
        try await loop.turns(3)
        inner.cancel()
        try await expectCancelled("the outer") { try await outer.value }
        try expect(outer.isCancelled(), "\(outer)")
    }

    private static let shieldCancelOuter = Scenario.asyncio(
        "cancelling who waits behind a shield leaves nothing at the future", mirrors: mirrored + "shield_cancel_outer"
    ) { loop, _ in
        let inner = Future<Int>()
        let outer = loop.createTask { try await shield(inner) }
        try await loop.turns(3)
        outer.cancel()
        try await expectCancelled("the outer") { try await outer.value }
        try expectEqual("\(inner)", "<Future pending>", "the future")
        try expectEqual(loop.operationCount, 0, "waits")
    }

    private static let shieldDone = Scenario.asyncio(
        "a shield of what is done is no wait", mirrors: mirrored + "shield_shortcut"
    ) { loop, _ in
        let (inner, order) = (Future<Int>(), Box<[String]>([]))
        try inner.setResult(42)
        loop.callSoon { order.value.append("a turn later") }
        order.value.append("\(try await shield(inner))")
        try await loop.turns(1)
        try expectEqual(order.value, ["42", "a turn later"], "the order")
    }

    private static let shieldEffect = Scenario.asyncio(
        "a cancellation does not get through a shield", mirrors: mirrored + "shield_effect"
    ) { loop, _ in
        let (waiter, proof) = (Future<Int>(), Box(0))
        let outer = loop.createTask {
            try await shield { proof.value += try await waiter.value }
            proof.value += 100
        }
        try await loop.turns(4)
        outer.cancel()
        try await expectCancelled("the outer") { try await outer.value }
        try expect(!waiter.isDone(), "\(waiter)")
        try waiter.setResult(1)
        try await loop.until { loop.taskCount == 1 }
        try expectEqual(proof.value, 1, "who went on")
    }

    private static let shieldGather = Scenario.asyncio(
        "a shielded gathering goes on", mirrors: mirrored + "shield_gather"
    ) { loop, _ in
        let children = (0..<2).map { _ in loop.createFuture(of: Int.self) }
        let parent = loop.createTask { try await gather(children) }
        let outer = loop.createTask { try await shield(parent) }
        try await loop.turns(4)
        outer.cancel()
        try await expectCancelled("the outer") { try await outer.value }
        for (index, child) in children.enumerated() { try child.setResult(index + 1) }
        try expectEqual(try await parent.value, [1, 2], "the results")
    }

    private static let gatherShield = Scenario.asyncio(
        "shielded futures that are gathered go on", mirrors: mirrored + "gather_shield"
    ) { loop, _ in
        let children = (0..<2).map { _ in loop.createFuture(of: Int.self) }
        let shields = children.map { child in loop.createTask { (_: isolated Loop) in try await shield(child) } }
        let parent = loop.createTask { try await gather(shields) }
        try await loop.turns(4)
        parent.cancel()
        try await expectCancelled("the parent") { try await parent.value }
        _ = try await wait(shields)
        try expect(shields.allSatisfy { $0.isCancelled() } && children.allSatisfy { !$0.isDone() }, "\(shields) \(children)")
        for child in children { try child.setResult(1) }
    }

    private static let shieldClosure = Scenario.asyncio(
        "a shielded closure is a task of the running loop", mirrors: mirrored + "shield_coroutine_use_running_loop"
    ) { loop, _ in
        let result = try await shield(name: "shielded") {
            loop.preconditionIsolated()
            return LoopTask.current?.name
        }
        try expectEqual(result, "shielded", "its name")
    }

    private static let shieldNoTime = Scenario.asyncio(
        "waitFor without time leaves a shielded future alone", mirrors: "test_waitfor.WaitForShieldTests.test_zero_timeout"
    ) { loop, _ in
        let future = Future<Int>()
        loop.callLater(.milliseconds(1)) { try? future.setResult(1) }
        try await expectThrows(TimeoutError.self, "it") { try await waitFor(timeout: .zero) { try await shield(future) } }
        try expectEqual(try await future.value, 1, "the result")
    }

    private static let shieldNoLimit = Scenario.asyncio(
        "waitFor without a limit waits for a shielded future",
        mirrors: "test_waitfor.WaitForShieldTests.test_none_timeout"
    ) { loop, _ in
        let task = loop.createTask {
            try await loop.sleep(for: .microseconds(100))
            return "done"
        }
        try expectEqual(try await waitFor(timeout: nil) { try await shield(task) }, "done", "the result")
    }

    private static let shieldTimeout = Scenario.asyncio(
        "a shielded future survives a timeout", mirrors: "test_waitfor.WaitForShieldTests.test_shielded_timeout"
    ) { loop, _ in
        let future = Future<String>()
        let task = loop.createTask { try await future.value }
        try await expectThrows(TimeoutError.self, "it") {
            try await waitFor(timeout: .milliseconds(1)) { try await shield(task) }
        }
        try expect(!task.isDone() && !task.isCancelling(), "\(task)")
        try future.setResult("done")
        try expectEqual(try await task.value, "done", "the result")
    }

    private static let shieldCleansUp = Scenario.loop("a cancelled task waits behind a shield for its clean-up", "S13") {
        loop, _ in
        let order = Box<[String]>([])
        let task = loop.createTask {
            do { try await loop.sleep(for: .seconds(100)) } catch {
                try await shield {
                    for number in 0..<3 {
                        try await loop.sleep(for: .microseconds(100))
                        order.value.append("\(number)")
                    }
                }
                order.value.append("cleaned up")
                throw error
            }
        }
        try await loop.turns(3)
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expectEqual(order.value, ["0", "1", "2", "cleaned up"], "the order")
    }

    private static let shieldCancelledAgain = Scenario.loop("a second cancellation ends a wait behind a shield, too", "S13") {
        loop, _ in
        let (future, cleaning) = (Future<Int>(), Box(false))
        let task = loop.createTask {
            try? await loop.sleep(for: .seconds(100))
            cleaning.value = true
            return try await shield(future)
        }
        try await loop.turns(3)
        task.cancel()
        try await loop.until { cleaning.value }
        try await loop.turns(3)
        try expect(!task.isDone(), "\(task)")
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try expect(!future.isDone(), "\(future)")
    }

    private static let shieldReports = Scenario.loop("an error behind a shield that nobody waits at any more is reported", "S5") {
        loop, _ in
        let reports = loop.reports()
        let begin = Future<Void>()
        let task = loop.createTask {
            try await shield(name: "alone") {
                try await begin.value
                throw Wrong()
            }
        }
        try await loop.turns(4)
        task.cancel()
        try await expectCancelled("the task") { try await task.value }
        try begin.setResult(())
        try await loop.until { loop.taskCount == 1 }
        try await loop.turns(2)
        try expect(reports.value.count == 1 && reports.value[0].contains("'alone'"), "\(reports.value)")
    }

    private static let shieldAtClose = Scenario.blocking("a task that is cancelled by the close of its loop cleans up", "S13") {
        context in
        let loop = try Loop(context.backend, options: .testing)
        let cleaned = Once<Int>()
        try loop.runUntilComplete { loop in
            loop.createTask {
                try? await loop.sleep(for: .seconds(100))
                cleaned.finish(
                    try await shield {
                        try await loop.sleep(for: .milliseconds(1))
                        return 7
                    })
            }
            try await loop.turns(4)
        }
        try loop.close()
        try expectEqual(cleaned.wait(.zero), 7, "what the clean-up came to")
    }
}
