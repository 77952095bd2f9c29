import Swirl
import ToolSupport

/// Three coroutines at once take one second, not three.
func waitForCoroutines(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    try loop.runUntilComplete { loop in
        let coroutines = (0..<3).map { index in
            { @Sendable (loop: isolated Loop) async throws in try await work(loop, "Zarten_\(index)") }
        }
        _ = try await wait(coroutines)
    }
}

/// What E5 to E7 run three times: a second of it, or until a time.
@discardableResult
func work(_ loop: isolated Loop, _ name: String, until end: LoopClock.Instant? = nil) async throws -> String {
    printLine("正在执行name: \(name)")
    try await loop.sleep(until: end ?? loop.time.advanced(by: .seconds(1)))
    printLine("执行完毕name: \(name)")
    return "返回值:" + name
}
