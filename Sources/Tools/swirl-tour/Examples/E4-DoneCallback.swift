import Swirl
import ToolSupport

/// The loop calls back when a task is done.
func callWhenDone(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    try loop.runUntilComplete { loop in
        let task = loop.createTask {
            try await loop.sleep(for: .seconds(1))
            return "zhihu ID: Zarten"
        }
        task.addDoneCallback { task in
            if let result = try? task.result() { printLine("返回值: \(result)") }
        }
        _ = try await task.value
    }
}
