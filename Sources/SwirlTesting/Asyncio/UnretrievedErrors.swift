import SwirlCore

extension Conformance {
    /// An error that nobody looked at reaches the loop's exception handler, once.
    static let unretrievedErrors = [
        abandonedPending, notAfterCancel, unseenResult, seenResult, unseenError, seenError, thrownError, unseenTaskError,
        notAfterTaskCancel, unseenAtClose, seenBeforeClose, unseenAfterClose,
    ]

    /// What is reported of a future that `use` has used and nobody has any more.
    private static func report(
        _ name: String, _ mirrors: String, _ count: Int,
        _ use: @escaping @Sendable (isolated Loop, Future<Int>) throws -> Void
    ) -> Scenario {
        .asyncio(name, "S5", mirrors: "test_futures.BaseFutureTests.test_tb_logger_" + mirrors) { loop, _ in
            let reports = loop.reports()
            do { try use(loop, loop.createFuture()) }
            try await loop.turns(2)
            try expectEqual(reports.value.count, count, "reports: \(reports.value)")
        }
    }

    private static let abandonedPending = report("a future dropped pending is no error", "abandoned", 0) { _, _ in }

    private static let notAfterCancel = report(
        "an error is not reported of a future that was cancelled afterwards", "not_called_after_cancel", 0
    ) { loop, future in
        try future.setError(Wrong(), on: loop)
        future.cancel()
    }

    private static let unseenResult = report("a result that nobody saw is no error", "result_unretrieved", 0) { loop, future in
        try future.setResult(42, on: loop)
    }

    private static let seenResult = report("a result that was seen is no error", "result_retrieved", 0) { loop, future in
        try future.setResult(42, on: loop)
        _ = try future.result()
    }

    private static let unseenError = report("an error that nobody saw is reported once", "exception_unretrieved", 1) {
        loop, future in
        try future.setError(Wrong(), on: loop)
    }

    private static let seenError = report("an error that was asked for is not reported", "exception_retrieved", 0) {
        loop, future in
        try future.setError(Wrong(), on: loop)
        _ = try future.error()
    }

    private static let thrownError = report(
        "an error that was thrown to somebody is not reported", "exception_result_retrieved", 0
    ) { loop, future in
        try future.setError(Wrong(), on: loop)
        _ = try? future.result()
    }

    private static let unseenTaskError = Scenario.loop(
        "a task's error that nobody saw is reported once, with the task's name", "FUT-04"
    ) { loop, _ in
        let reports = loop.reports()
        do { loop.createTask(name: "unlucky") { throw Wrong() } }
        try await loop.until { loop.taskCount == 1 }
        try await loop.turns(2)
        try expectEqual(reports.value.count, 1, "reports: \(reports.value)")
        try expect(reports.value[0].contains("'unlucky'"), "the report: \(reports.value[0])")
    }

    private static let notAfterTaskCancel = Scenario.asyncio(
        "cancelling a task that has failed keeps its error from being reported",
        mirrors: "test_tasks.BaseTaskTests.test_tb_logger_not_called_after_cancel"
    ) { loop, _ in
        let reports = loop.reports()
        do {
            let task = loop.createTask { throw Wrong() }
            try await loop.until { task.isDone() }
            try expect(!task.cancel(), "it was cancelled")
        }
        try await loop.turns(2)
        try expectEqual(reports.value, [], "reports")
    }

    /// Runs a task that fails, and closes the loop while somebody holds the task.
    private static func closing(
        _ context: ScenarioContext, _ look: (LoopTask<Int>) throws -> Void
    ) throws -> (task: LoopTask<Int>, reports: Once<String>, more: Once<String>) {
        let loop = try Loop(context.backend, options: .testing)
        let (first, second) = (Once<String>(), Once<String>())
        let task = loop.createTask { () -> Int in throw Wrong() }
        try loop.runUntilComplete { loop in
            loop.setExceptionHandler { _, context in if !first.finish(context) { second.finish(context) } }
            try await loop.until { task.isDone() }
        }
        try look(task)
        try loop.close()
        return (task, first, second)
    }

    private static let unseenAtClose = Scenario.blocking(
        "an error that nobody saw is reported when the loop is closed", "S5 FUT-04"
    ) {
        context in
        do {
            let (task, report, more) = try closing(context) { _ in }
            try expect(report.wait(.zero)?.contains(task.name) == true, "no report, or another's")
            try expect(more.wait(.zero) == nil, "reported twice")
        }
    }

    private static let seenBeforeClose = Scenario.blocking("an error that was seen is not reported at the close", "S5") {
        context in
        let (_, report, _) = try closing(context) { _ = try $0.error() }
        try expect(report.wait(.zero) == nil, "reported")
    }

    private static let unseenAfterClose = Scenario.blocking("a report at the close is the only one", "S5") { context in
        var (task, report, more): (LoopTask<Int>?, Once<String>, Once<String>) = try closing(context) { _ in }
        try expect(task != nil && report.wait(.zero) != nil, "no report at the close")
        task = nil
        try expect(more.wait(.zero) == nil, "reported again")
    }
}
