import Swirl
import ToolSupport

/// A loop runs in a thread; this one gives it callbacks, takes one back, and is never blocked.
func callFromAnotherThread(_ backend: Backend, _ forever: Bool) throws {
    let background = try LoopThread(backend)
    let loop = background.loop
    // The loop has something to do until we have changed our mind; else «Zarten1» might be printed before.
    let decided = Gate()
    try loop.callSoonThreadsafe { _ in decided.pass() }
    let handle = try loop.callSoonThreadsafe { _ in call("Zarten1") }
    handle.cancel()
    decided.open()
    try loop.callSoonThreadsafe { _ in call("Zarten2") }
    printLine("主线程不会阻塞")
    try loop.callSoonThreadsafe { _ in call("Zarten3") }
    printLine("继续运行中...")
    try end(background, forever)
}

private func call(_ name: String) {
    printLine("正在执行name: \(name)")
}

/// In the article the program never ends. In the tour the loop is stopped, when what was posted before has run.
func end(_ background: LoopThread, _ forever: Bool) throws {
    if forever { return try background.join() }
    try background.loop.callSoonThreadsafe { loop in loop.stop() }
    try background.join()
}
