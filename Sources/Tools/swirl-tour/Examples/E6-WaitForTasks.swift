import Swirl
import ToolSupport

/// As E5; the tasks have results.
func waitForTasks(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    try loop.runUntilComplete { loop in
        let tasks = (0..<3).map { index in
            loop.createTask { (loop: isolated Loop) in try await work(loop, "Zarten_\(index)") }
        }
        _ = try await wait(tasks)
        for task in tasks { printLine(try task.result()) }
    }
}
