import Foundation
import Swirl
import SwirlTesting
import Testing

/// Every scenario on every backend. A backend that cannot start here is skipped, and `AvailabilityTests` says so.
@Suite(.serialized)
struct BackendTests {
    /// All of them, or those whose name has `SWIRL_SCENARIO` in it.
    static let scenarios = Conformance.all.filter { $0.isWanted }

    @Test(arguments: Subject.available, scenarios)
    func conforms(subject: Subject, scenario: Scenario) async throws {
        try await timed(subject, scenario)
    }
}

extension Scenario {
    var isWanted: Bool {
        guard let wanted = ProcessInfo.processInfo.environment["SWIRL_SCENARIO"] else { return true }
        return name.contains(wanted)
    }
}

/// A backend, by its name in a test's output.
struct Subject: Sendable, CustomTestStringConvertible {
    let backend: Backend

    var testDescription: String { backend.name }

    static let all = [Subject(backend: .poll), Subject(backend: .epoll), Subject(backend: .ioUring)]
    static let available = all.filter { $0.backend.unavailableBecause() == nil }
}

/// Runs a scenario, and says so when it is slow.
func timed(_ subject: Subject, _ scenario: Scenario) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    defer {
        let took = start.duration(to: clock.now)
        if took > .seconds(1) { print("slow:", took, subject.backend.name, scenario.name) }
    }
    try await scenario.run(on: subject.backend)
}
