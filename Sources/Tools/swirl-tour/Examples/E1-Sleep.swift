import Swirl
import ToolSupport

/// One second later, a line: a sleeping task does not block its loop.
func sleepAndPrint(_ backend: Backend) throws {
    let loop = try Loop(backend)
    defer { try? loop.close() }
    try loop.runUntilComplete { loop in
        try await loop.sleep(for: .seconds(1))
        printLine("zhihu ID: Zarten")
    }
}
