import Swirl
import ToolSupport

/// As E6; the results come by callbacks, all of them after all three tasks have ended.
///
/// The tasks sleep until the same time, so they end in the same turn, and their callbacks run in the next. asyncio rounds its
/// waits to milliseconds, which has the same effect; Swirl's timers are exact.
func waitForTasksWithCallbacks(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    try loop.runUntilComplete { loop in
        let end = loop.time.advanced(by: .seconds(1))
        let tasks = (0..<3).map { index in
            let task = loop.createTask { (loop: isolated Loop) in try await work(loop, "Zarten_\(index)", until: end) }
            task.addDoneCallback { task in
                if let result = try? task.result() { printLine("返回值: \(result)") }
            }
            return task
        }
        _ = try await wait(tasks)
    }
}
