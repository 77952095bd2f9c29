import SwirlEpoll
import Testing

@testable import SwirlCore

/// What a loop's code does with what belongs to another loop, or another actor, and would touch on the wrong thread.
@Suite struct ForeignLoopTests {
    private static func run(_ body: @escaping @Sendable (isolated Loop, Loop) async throws -> Void) throws {
        let other = try Loop(.epoll)
        try Loop(.epoll).runUntilComplete { loop in try await body(loop, other) }
    }

    static func count() throws {
        try run { loop, other in _ = Barrier(parties: 2, core: other.core).waitingCount() }
    }

    static func addCallback() throws {
        try run { loop, other in other.createFuture(of: Int.self).addDoneCallback { _ in } }
    }

    static func addCallbackOfTheMainActor() throws {
        try run { loop, _ in Future<Int>().addDoneCallback { @MainActor _ in } }
    }

    @Test func aPrimitiveOfAnotherLoop() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try ForeignLoopTests.count()
        }
        expect(result, says: "Barrier.waitingCount")
    }

    @Test func aDoneCallbackForAFutureOfAnotherLoop() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try ForeignLoopTests.addCallback()
        }
        expect(result, says: "Future.addDoneCallback")
    }

    @Test func aDoneCallbackOfAnotherActor() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try ForeignLoopTests.addCallbackOfTheMainActor()
        }
        expect(result, says: "a closure of MainActor cannot be a loop's callback")
    }

    private func expect(_ result: ExitTest.Result?, says words: String) {
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(said.contains(words), "\(said)")
    }
}
