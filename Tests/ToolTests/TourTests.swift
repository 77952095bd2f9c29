import Foundation
import Testing

/// `swirl-tour` prints what the article prints, in its order, on every backend.
@Suite struct TourTests {
    /// What standard output must be, a pattern for each line. E8 and E9 have two threads that print: their lines are elsewhere.
    private static let lines = [
        "zhihu ID: Zarten",
        "运行情况: <LoopTask pending name='Task-1' coro=<swirl_tour/E2-Task.swift:[0-9]+>>",
        "zhihu ID: Zarten",
        "再看下运行情况: <LoopTask finished name='Task-1' coro=<swirl_tour/E2-Task.swift:[0-9]+> result=None>",
        "运行情况: <LoopTask pending name='Task-1' coro=<swirl_tour/E3-Result.swift:[0-9]+>>",
        "task状态未完成,捕获了 InvalidStateError 异常",
        "再看下运行情况: <LoopTask finished name='Task-1' coro=<swirl_tour/E3-Result.swift:[0-9]+> result='zhihu ID: Zarten'>",
        "返回值: zhihu ID: Zarten",
        "返回值: zhihu ID: Zarten",
    ]
    private static let working = (0..<3).map { "正在执行name: Zarten_\($0)" } + (0..<3).map { "执行完毕name: Zarten_\($0)" }
    private static let waiting =
        working + working + (0..<3).map { "返回值:Zarten_\($0)" } + working + (0..<3).map { "返回值: 返回值:Zarten_\($0)" }

    @Test func printsTheLinesOfTheArticle() throws {
        for (backend, (result, took)) in zip(backends, Self.tours()) {
            let end = try result.get()
            #expect(end.code == 0, "\(backend)")
            // One for each of E1 to E7, two for E9. A machine that is busy makes it longer.
            #expect(took >= .seconds(9), "\(backend): the tour took \(took), less than its sleeps")
            let found = end.output.split(separator: "\n").map(String.init)
            let wanted = Self.lines + Self.waiting
            for (line, pattern) in zip(found, wanted) {
                #expect(try Regex(pattern).wholeMatch(in: line) != nil, "\(backend): \(line)")
            }
            expectThreads(Array(found.dropFirst(wanted.count)), backend)
            #expect(end.errors.split(separator: "\n").map { $0.prefix(4) } == (1...9).map { "— E\($0)" }, "\(backend)")
        }
    }

    /// The ends of the tours on all backends, and how long each took by the monotonic clock. All at the same time.
    private static func tours() -> [(end: Result<Tool.End, any Error>, took: Duration)] {
        let (lock, group) = (NSLock(), DispatchGroup())
        nonisolated(unsafe) var ends: [Int: (Result<Tool.End, any Error>, Duration)] = [:]
        for (index, backend) in backends.enumerated() {
            group.enter()
            Thread.detachNewThread {
                let start = SuspendingClock.now
                let end = Result { try Tool("swirl-tour", ["--backend", backend]).end(within: 60) }
                let took = start.duration(to: SuspendingClock.now)
                lock.withLock { unsafe ends[index] = (end, took) }
                group.leave()
            }
        }
        group.wait()
        return backends.indices.map { unsafe ends[$0]! }
    }

    /// E8 and E9: what each thread prints is in order; the other one's lines may stand between.
    private func expectThreads(_ found: [String], _ backend: String) {
        let main = ["主线程不会阻塞", "继续运行中..."]
        let threads = [
            main + ["返回结果:Zarten1"] + main,
            ["2", "3", "1", "2", "3"].map { "正在执行name: Zarten\($0)" },
        ]
        for lines in threads { #expect(found.filter(lines.contains) == lines, "\(backend)") }
        #expect(found.count == 10, "\(backend): \(found)")
    }

    /// The article's programs never end: Ctrl-C ends them.
    @Test func goesOnForever() throws {
        let tour = try Tool("swirl-tour", ["--only", "E8", "--forever", "--backend", "epoll"])
        let lines = try (0..<4).map { _ in try tour.line() }
        #expect(lines.contains("正在执行name: Zarten3"), "\(lines)")
        #expect(!lines.contains("正在执行name: Zarten1"), "\(lines)")
        tour.signal(SIGINT)
        #expect(try tour.end().code == -SIGINT)
    }
}
