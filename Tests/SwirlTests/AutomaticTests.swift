import Swirl
import Testing

@Suite struct AutomaticTests {
    @Test func theBestThatStarts() async throws {
        let best = [Backend.ioUring, .epoll, .poll].first { $0.unavailableBecause() == nil }
        let (chosen, skipped) = try await Loop.run(.automatic) { loop in
            (loop.backendName, loop.skippedBackends.map(\.backend))
        }
        #expect(chosen == best?.name)
        #expect(skipped == (chosen == "io_uring" ? [] : ["io_uring"]))
    }
}
