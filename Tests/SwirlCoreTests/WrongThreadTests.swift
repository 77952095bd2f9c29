import SwirlEpoll
import Testing

@testable import SwirlCore

/// LOOP-02: what belongs to a loop's thread stops the program elsewhere, and says what to do.
@Suite struct WrongThreadTests {
    static func assume(_ loop: Loop) {
        loop.assumeIsolated { loop in loop.stop() }
    }

    @Test func isolatedCodeOnAnotherThread() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            WrongThreadTests.assume(try Loop(.epoll))
        }
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(said.contains("createTask, submit or callSoonThreadsafe"), "\(said)")
    }
}
