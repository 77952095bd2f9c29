import Swirl
import ToolSupport

/// A task is there at once, and pending; it runs when its loop does.
func describeTask(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    let task = loop.createTask { loop in
        try await loop.sleep(for: .seconds(1))
        printLine("zhihu ID: Zarten")
    }
    printLine("运行情况: \(task)")
    try loop.runUntilComplete(task)
    printLine("再看下运行情况: \(task)")
}
