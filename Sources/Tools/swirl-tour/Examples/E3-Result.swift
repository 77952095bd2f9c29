import Swirl
import ToolSupport

/// `result()` never waits: before the end it throws.
func askTooEarly(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    let task = loop.createTask { loop in
        try await loop.sleep(for: .seconds(1))
        return "zhihu ID: Zarten"
    }
    printLine("运行情况: \(task)")
    do {
        printLine("返回值: \(try task.result())")
    } catch FutureError.invalidState {
        printLine("task状态未完成,捕获了 InvalidStateError 异常")
    }
    _ = try loop.runUntilComplete(task)
    printLine("再看下运行情况: \(task)")
    printLine("返回值: \(try task.result())")
}
