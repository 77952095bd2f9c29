import Swirl
import ToolSupport

/// A loop runs in a thread; this one gives it coroutines, and may wait for their results.
func submitFromAnotherThread(_ backend: Backend, _ forever: Bool) throws {
    let background = try LoopThread(backend)
    let loop = background.loop
    let first = try loop.submit { loop in try await answer(loop, "Zarten1") }
    // Blocks this thread, and not the loop.
    printLine(try first.result(timeout: nil))
    let second = try loop.submit { loop in try await answer(loop, "Zarten2") }
    printLine("主线程不会阻塞")
    let third = try loop.submit { loop in try await answer(loop, "Zarten3") }
    printLine("继续运行中...")
    if !forever { for task in [second, third] { _ = try task.result(timeout: nil) } }
    try end(background, forever)
}

private func answer(_ loop: isolated Loop, _ name: String) async throws -> String {
    printLine("正在执行name: \(name)")
    try await loop.sleep(for: .seconds(1))
    return "返回结果:" + name
}
