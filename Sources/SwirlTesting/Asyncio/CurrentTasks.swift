import SwirlCore

extension Conformance {
    /// Which task runs, and which there are.
    static let currentTasks = [
        currentTask, currentInterleaved, noCurrentTask, currentInScope, registered, unstartedRegistered,
        unstartedOfOtherThreads,
    ]

    private static let currentTask = Scenario.asyncio(
        "a task is the current one while it runs", mirrors: "test_tasks.BaseTaskTests.test_current_task"
    ) { loop, _ in
        let task = loop.createTask {
            let first = LoopTask.current
            try await loop.sleep(for: .zero)
            return [first, LoopTask.current].map { $0.map { ObjectIdentifier($0) } }
        }
        try expectEqual(try await task.value, [ObjectIdentifier(task), ObjectIdentifier(task)], "the current task")
        try expect(LoopTask.current !== task, "it is still current")
    }

    private static let currentInterleaved = Scenario.asyncio(
        "tasks that take turns are current in turns",
        mirrors: "test_tasks.BaseTaskTests.test_current_task_with_interleaving_tasks"
    ) { loop, _ in
        let (first, second) = (Future<Bool>(), Future<Bool>())
        let names = Box<[String?]>([])
        let one = loop.createTask(name: "one") {
            names.value.append(LoopTask.current?.name)
            _ = try await first.value
            names.value.append(LoopTask.current?.name)
            try second.setResult(true)
        }
        let two = loop.createTask(name: "two") {
            names.value.append(LoopTask.current?.name)
            try first.setResult(true)
            _ = try await second.value
            names.value.append(LoopTask.current?.name)
        }
        _ = try await wait([one, two])
        try expectEqual(names.value, ["one", "two", "one", "two"], "the current tasks")
    }

    private static let noCurrentTask = Scenario.asyncio(
        "there is no current task in a callback, a child task, a stranger's and off the loop",
        mirrors: "test_tasks.BaseCurrentLoopTests.test_current_task_no_running_loop"
    ) { loop, _ in
        let found = Box<[Bool]>([])
        loop.callSoon { found.value.append(LoopTask.current == nil) }
        try await loop.turns(1)
        async let child = LoopTask.current == nil
        found.value.append(await child)
        found.value.append(await Task.detached { LoopTask.current == nil }.value)
        let elsewhere = Once<Bool>()
        OwnThread.detached { elsewhere.finish(LoopTask.current == nil) }
        found.value.append(await elsewhere.get())
        try expectEqual(found.value, [true, true, true, true], "callback, child, stranger, thread")
    }

    private static let currentInScope = Scenario.loop(
        "a task is the current one in its timeout scopes, too", "S6"
    ) { loop, _ in
        let task = loop.createTask {
            var found = [LoopTask.current?.name]
            try await withTimeout(.seconds(100)) {
                found.append(LoopTask.current?.name)
                try await withTimeout(nil) {
                    try await loop.sleep(for: .zero)
                    found.append(LoopTask.current?.name)
                }
                found.append(LoopTask.current?.name)
            }
            found.append(LoopTask.current?.name)
            return found
        }
        task.setName("scoped")
        try expectEqual(try await task.value, Array(repeating: "scoped", count: 5), "the current task")
    }

    private static let registered = Scenario.asyncio(
        "allTasks has a task from its creation to its end",
        mirrors: "test_tasks.BaseTaskIntrospectionTests.test__register_task_1"
    ) { loop, _ in
        let future = Future<Int>()
        let task = loop.createTask { try await future.value }
        let has = Box<[Bool]>([])
        func look(_ loop: isolated Loop) { has.value.append(loop.allTasks.contains { $0 === task }) }
        look(loop)
        try await loop.turns(3)
        look(loop)
        try future.setResult(1)
        _ = try await task.value
        look(loop)
        try expectEqual(has.value, [true, true, false], "not begun, waiting, ended")
    }

    private static let unstartedRegistered = Scenario.loop(
        "tasks that have not begun can be found and cancelled", "S6"
    ) { loop, _ in
        let ran = Box(0)
        for index in 0..<100 { loop.createTask(name: index.isMultiple(of: 2) ? "even" : "odd") { ran.value += 1 } }
        // By a comparison: the optimizer of Swift 6.3 crashes on parsing a number in such a closure.
        let even = loop.allTasks.filter { $0.name == "even" }
        try expectEqual(even.count, 50, "found")
        for task in even { task.cancel() }
        try await loop.until { loop.taskCount == 1 }
        try expectEqual(ran.value, 50, "how many ran")
        try expectEqual(loop.allTasks.count, 1, "left")
    }

    private static let unstartedOfOtherThreads = Scenario.blocking("tasks made before the loop runs are there when it does", "S6")
    {
        context in
        let loop = try Loop(context.backend, options: .testing)
        let gate = loop.createFuture(of: Void.self)
        let tasks = (0..<20).map { index in loop.createTask(name: "early \(index)") { try await gate.value } }
        let (names, left) = try loop.runUntilComplete { loop in
            let names = loop.allTasks.map(\.name).filter { $0.hasPrefix("early") }
            try gate.setResult(())
            for task in tasks { try await task.value }
            return (names, loop.allTasks.count)
        }
        try expectEqual(Set(names), Set((0..<20).map { "early \($0)" }), "found")
        try expectEqual(names.count, 20, "found, each once")
        try expectEqual(left, 1, "left")
        try loop.close()
    }
}
