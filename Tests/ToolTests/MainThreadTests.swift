import Foundation
import Testing

/// What a loop on the main thread does, in a process of its own.
@Suite struct MainThreadTests {
    @Test(arguments: backends) func servesTheMainActor(backend: String) throws {
        let end = try Tool("main-thread-probe", [backend, "main-actor"]).end()
        #expect(end.code == 0)
        let wanted = [
            "main actor 1 of 1", "main actor 2 of 2", "main actor 3 of 3", "beside 4", "dispatched true", "slept 5", "loop true",
            "done", "",
        ]
        #expect(end.output == wanted.joined(separator: "\n"))
    }

    @Test(arguments: backends) func ctrlCCancelsTheMainTask(backend: String) throws {
        let tool = try Tool("main-thread-probe", [backend, "interrupt"])
        #expect(try tool.line() == "waiting")
        tool.signal(SIGINT)
        let end = try tool.end()
        #expect(end.output == "cancelled\nthrew interrupted by Ctrl-C (SIGINT)\n")
        #expect(end.code == 0)
    }

    /// Though its loop is blocked and looks at nothing.
    @Test(arguments: backends) func theSecondCtrlCEndsTheProcess(backend: String) throws {
        let tool = try Tool("main-thread-probe", [backend, "interrupt", "--stubborn"])
        #expect(try tool.line() == "waiting")
        tool.signal(SIGINT)
        #expect(try tool.line() == "cancelled")
        tool.signal(SIGINT)
        #expect(try tool.end().code == -SIGINT)
    }

    @Test(arguments: [("1", true), ("0", false), ("", false)])
    func theEnvironmentTurnsDebugModeOn(value: String, wanted: Bool) throws {
        let end = try Tool("main-thread-probe", ["epoll", "debug"], environment: ["SWIRL_DEBUG": value]).end()
        #expect(end.output == "debug \(wanted)\ndone\n")
    }
}
