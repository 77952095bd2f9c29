import SwirlCore

/// Tasks that wait for each other by way of combinators: nobody could end before the others, so a cancellation has to.
extension Conformance {
    static let circles = [
        gathersWhoAwaits, gatherEachOther, gathersItself, cancelledBeforeItGathers, waitsForWhoAwaits, waitForEachOther,
        waitForTimesOut, scopeTimesOut, racesWhoAwaits, netOfGathers,
    ]

    /// Two tasks that can name each other, waiting. Each waits by its own closure, which gets the other.
    private static func pair(
        _ loop: isolated Loop, _ first: @escaping @Sendable (isolated Loop, Future<Int>) async throws -> Int,
        _ second: @escaping @Sendable (isolated Loop, Future<Int>) async throws -> Int
    ) async throws -> [LoopTask<Int>] {
        let other = Box<Future<Int>?>(nil)
        let one = loop.createTask { (loop: isolated Loop) in try await first(loop, other.value!) }
        let two = loop.createTask { (loop: isolated Loop) in try await second(loop, one) }
        other.value = two
        // A circle that nobody breaks would wait for longer than the scenario may take.
        try await loop.until { loop.operationCount >= 2 || two.isDone() }
        other.value = nil
        return [one, two]
    }

    private static func expectAllCancelled(_ tasks: [LoopTask<Int>]) async throws {
        for task in tasks { try await expectCancelled("\(task.name)") { try await task.value } }
    }

    private static let gathersWhoAwaits = Scenario.loop(
        "a circle of a gather and an await ends when either is cancelled", "S6 FUT-06"
    ) {
        loop, _ in
        for index in 0..<2 {
            let tasks = try await pair(
                loop, { _, other in try await gather([other])[0] }, { _, other in try await other.value })
            tasks[index].cancel()
            try await expectAllCancelled(tasks)
        }
    }

    private static let gatherEachOther = Scenario.loop("two tasks that gather each other end when one is cancelled", "S6 FUT-06")
    {
        loop, _ in
        for index in 0..<2 {
            let tasks = try await pair(
                loop, { _, other in try await gather([other])[0] },
                { _, other in try await gather(returnErrors: [other])[0].get() })
            tasks[index].cancel()
            try await expectAllCancelled(tasks)
        }
    }

    private static let gathersItself = Scenario.loop("a task that gathers itself ends when it is cancelled", "S6 FUT-06") {
        loop, _ in
        let me = Box<Future<Int>?>(nil)
        let other = Future<Int>()
        let task = loop.createTask { try await gather(returnErrors: [me.value!, other])[0].get() }
        me.value = task
        try await loop.until { loop.operationCount == 1 }
        task.cancel()
        try await expectAllCancelled([task])
        try expect(other.isCancelled(), "the other future: \(other)")
        me.value = nil
    }

    private static let cancelledBeforeItGathers = Scenario.loop(
        "a cancelled task that gathers one which awaits it ends", "S6 FUT-06"
    ) { loop, _ in
        let me = Box<Future<Int>?>(nil)
        let go = Event()
        let task = loop.createTask { () -> Int in
            let other = loop.createTask { try await me.value!.value }
            try await go.wait()
            LoopTask.current?.cancel()
            return try await gather([other])[0]
        }
        me.value = task
        try await loop.until { loop.operationCount == 2 }
        go.set()
        try await expectAllCancelled([task])
        me.value = nil
    }

    /// The limit is far away: it must not be what ends them.
    private static let waitsForWhoAwaits = Scenario.loop(
        "a circle of a waitFor and an await ends when either is cancelled", "S6 FUT-06"
    ) { loop, _ in
        for index in 0..<2 {
            let tasks = try await pair(
                loop, { _, other in try await waitFor(other, timeout: .seconds(1000)) }, { _, other in try await other.value })
            tasks[index].cancel()
            try await expectAllCancelled(tasks)
        }
    }

    private static let waitForEachOther = Scenario.loop(
        "two tasks that waitFor each other end when one is cancelled", "S6 FUT-06"
    ) {
        loop, _ in
        for index in 0..<2 {
            let tasks = try await pair(
                loop, { _, other in try await waitFor(other, timeout: .seconds(1000)) },
                { _, other in try await waitFor(other, timeout: .seconds(1000)) })
            tasks[index].cancel()
            try await expectAllCancelled(tasks)
        }
    }

    private static let waitForTimesOut = Scenario.loop("a waitFor for a task that awaits its caller times out", "S6 FUT-06") {
        loop, _ in
        let tasks = try await pair(
            loop, { _, other in try await waitFor(other, timeout: .milliseconds(1)) }, { _, other in try await other.value })
        try await expectThrows(TimeoutError.self, "the first") { try await tasks[0].value }
        try await expectAllCancelled([tasks[1]])
    }

    /// What expires is the scope: its task is not cancelled by way of the circle.
    private static let scopeTimesOut = Scenario.loop("a timeout scope around a circle ends it", "S6 FUT-06") { loop, _ in
        let waits: [@Sendable (Future<Int>) async throws -> Int] = [
            { try await $0.value }, { try await gather([$0])[0] }, { try await waitFor($0, timeout: .seconds(1000)) },
        ]
        for (index, wait) in waits.enumerated() {
            let tasks = try await pair(
                loop,
                { loop, other in
                    do { return try await withTimeout(.milliseconds(1)) { try await wait(other) } } catch is TimeoutError {
                        try await loop.sleep(for: .zero)
                        return -1
                    }
                }, { _, other in try await other.value })
            try expectEqual(try await tasks[0].value, -1, "wait \(index): what the task went on to")
            try await expectAllCancelled([tasks[1]])
        }
    }

    private static let racesWhoAwaits = Scenario.loop("a race of a body that awaits the racing task ends", "S6 FUT-06") {
        loop, _ in
        let me = Box<Future<Int>?>(nil)
        let task = loop.createTask {
            let bodies: [@Sendable (isolated Loop) async throws -> Int] = [
                { _ in try await me.value!.value },
                { loop in
                    try await loop.sleep(for: .seconds(100))
                    return 1
                },
            ]
            return try await race(bodies, delay: .zero).winner
        }
        me.value = task
        try await loop.until { loop.operationCount == 3 }
        task.cancel()
        try await expectAllCancelled([task])
        me.value = nil
    }

    /// Two to the power of forty ways lead from the last to the first.
    private static let netOfGathers = Scenario.loop("a cancellation takes each way through a net of gathers once", "S6 FUT-03") {
        loop, _ in
        let first = Future<Int>()
        var tasks: [LoopTask<Int>] = []
        var row: [Future<Int>] = [first]
        for _ in 0..<40 {
            let before = row
            let new = (0..<2).map { _ in loop.createTask { try await gather(before).reduce(0, +) } }
            tasks += new
            row = new
        }
        try await loop.until { loop.operationCount == tasks.count }
        tasks[tasks.count - 1].cancel()
        try expect(first.isCancelled(), "\(first)")
        try await expectCancelled("the last") { try await tasks[tasks.count - 1].value }
        try await expectCancelled("its sister, whose futures are gone") { try await tasks[tasks.count - 2].value }
    }
}
