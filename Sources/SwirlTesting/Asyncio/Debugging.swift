import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let debugging = [
        debugIsSet, slowCallback, slowStep, slowFirstStep, quickIsQuiet, offIsQuiet, watchdogSees, watchdogSeesTask,
        watchdogRests,
        pendingAtClose, pendingInTimeouts, unclosedHandle, wrongThread, foreignCount, debugRuns,
    ]

    /// Options of debug mode, whose reports go to a journal.
    private static func options(_ reports: Reports, slow: Duration = .seconds(100), watchdog: Duration? = nil) -> LoopOptions {
        var options = LoopOptions.testing
        options.debug = true
        options.slowCallbackDuration = slow
        options.watchdog = watchdog
        options.debugHandler = { reports.add($0) }
        return options
    }

    private static func block(_ duration: Duration = .milliseconds(3)) {
        _ = Once<Void>().wait(duration)
    }

    private static func run(
        _ context: ScenarioContext, _ options: LoopOptions, _ body: @escaping @Sendable (isolated Loop) async throws -> Void
    ) throws {
        let loop = try Loop(context.backend, options: options)
        try loop.runUntilComplete(body)
        try loop.close()
    }

    static let debugIsSet = Scenario.asyncioBlocking(
        "debug mode is set when the loop is made", "S8",
        mirrors: "test_base_events.BaseEventLoopTests.test_set_debug"
    ) { context in
        var plain = LoopOptions.testing
        plain.debug = false
        for (debug, wanted) in [(true, true), (false, false)] {
            let loop = try Loop(context.backend, debug: debug, options: plain)
            try expectEqual(loop.isDebugging, wanted, "debug: \(debug)")
            try loop.close()
        }
        plain.debug = true
        let loop = try Loop(context.backend, options: plain)
        try expect(loop.isDebugging, "debug in the options")
        try loop.close()
    }

    static let slowCallback = Scenario.asyncioBlocking(
        "a slow callback is reported with its place and its time", "S8",
        mirrors: "test_base_events.BaseEventLoopWithSelectorTests.test_log_slow_callbacks"
    ) { context in
        let reports = Reports()
        try run(context, options(reports, slow: .milliseconds(2))) { loop in
            loop.callSoon(file: "Module/Slow.swift", line: 3) { block() }
            loop.callLater(.zero, file: "Module/Slow.swift", line: 4) { block() }
            try await loop.turns(3)
        }
        let slow = reports.slow
        try expect(slow.contains { $0.what == "<Handle Module/Slow.swift:3>" && $0.took >= .milliseconds(2) }, "\(reports.all)")
        try expect(slow.contains { $0.what == "<TimerHandle Module/Slow.swift:4>" }, "\(reports.all)")
        try expect("\(reports.all[0])".hasPrefix("Executing <"), "\(reports.all[0])")
    }

    static let slowStep = Scenario.blocking(
        "a slow step of a task is reported with the task's name", "S8"
    ) { context in
        let reports = Reports()
        try run(context, options(reports, slow: .milliseconds(2))) { loop in
            try await loop.createTask(name: "sluggish") {
                try await loop.turns(1)
                block()
                try await loop.turns(1)
            }.value
        }
        try expect(reports.slow.contains { $0.what.contains("sluggish") }, "\(reports.all)")
    }

    static let slowFirstStep = Scenario.blocking(
        "a task whose only step is slow is known by its name, too", "S8"
    ) { context in
        let reports = Reports()
        try run(context, options(reports, slow: .milliseconds(2))) { loop in
            try await loop.createTask(name: "one step") { block() }.value
        }
        try expect(reports.slow.contains { $0.what.contains("one step") }, "\(reports.all)")
    }

    static let quickIsQuiet = Scenario.blocking(
        "debug mode says nothing of what is quick and in order", "S8"
    ) { context in
        let reports = Reports()
        try run(context, options(reports, watchdog: .seconds(100))) { loop in
            for _ in 0..<100 { loop.callSoon {} }
            let (a, b) = try await loop.pair()
            try await a.send([1])
            _ = try await b.some()
            await a.close()
            await b.close()
        }
        try expectEqual(reports.all.filter { if case .foreignResumptions = $0 { false } else { true } }, [], "reports")
    }

    static let offIsQuiet = Scenario.blocking(
        "without debug mode nothing is measured", "S8"
    ) { context in
        let reports = Reports()
        var options = options(reports, slow: .zero)
        options.debug = false
        try run(context, options) { loop in
            loop.callSoon { block() }
            loop.createTask { try await loop.sleep(for: .seconds(100)) }
            try await loop.turns(2)
        }
        try expectEqual(reports.all, [], "reports")
    }

    /// S8: who blocks is named while it blocks; it blocks until it has been.
    static let watchdogSees = Scenario.blocking(
        "the watchdog names a callback while it blocks the loop", "S8 LOOP-09"
    ) { context in
        let reports = Reports()
        var options = options(reports, watchdog: .milliseconds(2))
        options.debug = false
        try run(context, options) { loop in
            loop.callSoon(file: "Module/Block.swift", line: 9) { _ = reports.first.wait(.seconds(5)) }
            try await loop.turns(2)
        }
        try expectEqual(reports.blocked.first, "<Handle Module/Block.swift:9>", "what the watchdog saw: \(reports.all)")
    }

    static let watchdogSeesTask = Scenario.blocking(
        "the watchdog names a task while it blocks the loop, in its first step or later", "S8 LOOP-09"
    ) { context in
        for turns in [0, 1] {
            let reports = Reports()
            try run(context, options(reports, watchdog: .milliseconds(2))) { loop in
                try await loop.createTask(name: "stubborn") {
                    try await loop.turns(turns)
                    _ = reports.first.wait(.seconds(5))
                }.value
            }
            try expect(reports.blocked.first?.contains("stubborn") == true, "after \(turns) turns: \(reports.all)")
        }
    }

    static let watchdogRests = Scenario.blocking(
        "the watchdog says nothing of a loop that sleeps", "S8 D11"
    ) { context in
        // Each time ten times as long as the watchdog's patience. A machine that is busy elsewhere can stop the loop in the
        // middle of a step, so one quiet time is enough.
        var blocked: [String] = []
        for _ in 0..<10 {
            let reports = Reports()
            try run(context, options(reports, watchdog: .milliseconds(2))) { loop in
                let before = loop.waitCount
                try await loop.sleep(for: .milliseconds(20))
                try expect(loop.waitCount - before <= 2, "it keeps the loop awake")
            }
            blocked = reports.blocked
            if blocked.isEmpty { return }
        }
        throw ScenarioFailure("what the watchdog saw, each time: \(blocked)")
    }

    static let pendingAtClose = Scenario.blocking(
        "tasks that are pending at the close are reported by name", "S7"
    ) { context in
        let reports = Reports()
        try run(context, options(reports)) { loop in
            loop.createTask(name: "left over") { try await loop.sleep(for: .seconds(100)) }
            try await loop.createTask(name: "done") {}.value
            try await loop.turns(2)
        }
        let pending = reports.all.compactMap { if case .pendingAtClose(let task) = $0 { task } else { nil } }
        try expectEqual(pending.count, 1, "\(reports.all)")
        try expect(pending[0].contains("left over"), "\(pending)")
    }

    static let pendingInTimeouts = Scenario.blocking(
        "a task that is pending inside timeout scopes is reported once", "S7"
    ) { context in
        let reports = Reports()
        try run(context, options(reports)) { loop in
            loop.createTask(name: "left over") {
                try await withTimeout(.seconds(100)) {
                    try await withTimeout(.seconds(100)) { try await loop.sleep(for: .seconds(100)) }
                }
            }
            try await loop.turns(3)
        }
        let pending = reports.all.filter { if case .pendingAtClose = $0 { true } else { false } }
        try expectEqual(pending.count, 1, "\(reports.all)")
    }

    static let unclosedHandle = Scenario.blocking(
        "a stream that is dropped unclosed is reported once", "S8"
    ) { context in
        let reports = Reports()
        try run(context, options(reports)) { loop in
            var dropped: (TCPStream, Int32)? = try loop.rawPair()
            _ = swirl_close(dropped!.1)
            dropped = nil
            try await loop.until { loop.openDescriptorCount == 0 }
            let (a, b) = try await loop.pair()
            await a.close()
            await b.close()
        }
        let unclosed = reports.all.filter { if case .unclosed = $0 { true } else { false } }
        try expectEqual(unclosed.count, 1, "\(reports.all)")
    }

    static let wrongThread = Scenario.asyncioBlocking(
        "a call from the wrong thread is an error, and reported", "S2 S7",
        mirrors: "test_base_events.BaseEventLoopTests.test_check_thread"
    ) { context in
        let reports = Reports()
        let loop = try Loop(context.backend, options: options(reports))
        try loop.runUntilComplete { _ in }
        let result = Once<Result<Void, any Error>>()
        OwnThread { result.finish(Result { try loop.runForever() }) }.join()
        try expect(failed(result.wait(.zero)!, LoopError.wrongThread), "the error")
        try expect(reports.all.contains { if case .wrongThread = $0 { true } else { false } }, "\(reports.all)")
        try loop.close()
    }

    static let foreignCount = Scenario.loop(
        "tasks that other threads make or resume are counted", "S17"
    ) { loop, _ in
        let before = loop.foreignResumptionCount
        try await loop.createTask { try await loop.turns(2) }.value
        try expectEqual(loop.foreignResumptionCount, before, "the loop's own")
        let done = Once<LoopTask<Void>>()
        OwnThread { done.finish(loop.createTask { (_: isolated Loop) in }) }.join()
        try await done.wait(.zero)!.value
        try expect(loop.foreignResumptionCount > before, "a task made by another thread")
    }

    static let debugRuns = Scenario.asyncioBlocking(
        "everything keeps its order in debug mode", "S4",
        mirrors: "test_runners.RunnerTests.test_debug"
    ) { context in
        let reports = Reports()
        try run(context, options(reports, watchdog: .seconds(100))) { loop in
            let order = Box<[Int]>([])
            for index in 0..<10 {
                loop.callSoon {
                    order.value.append(index)
                    loop.callSoon { order.value.append(100 + index) }
                }
            }
            try await loop.until { order.value.count == 20 }
            try expectEqual(order.value, Array(0..<10) + Array(100..<110), "the order")
        }
    }
}

/// What debug mode reported, from any thread.
final class Reports: @unchecked Sendable {
    // Sendable: `reports` is under `lock`.
    private let lock = ThreadLock()
    private var reports: [DebugReport] = []
    /// Something has been reported.
    let first = Once<Void>()

    func add(_ report: DebugReport) {
        lock.locked { reports.append(report) }
        first.finish(())
    }

    var all: [DebugReport] { lock.locked { reports } }

    var slow: [(what: String, took: Duration)] {
        all.compactMap { if case .slow(let what, let took) = $0 { (what, took) } else { nil } }
    }

    var blocked: [String] {
        all.compactMap { if case .blocked(let what, _) = $0 { what } else { nil } }
    }
}
