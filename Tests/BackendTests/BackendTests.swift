import Swirl
import SwirlTesting
import Testing

/// Every scenario on every backend. A backend that cannot start here is skipped, and `AvailabilityTests` says so.
@Suite(.serialized)
struct BackendTests {
    @Test(arguments: Subject.available, Conformance.all)
    func conforms(subject: Subject, scenario: Scenario) async throws {
        try await scenario.run(on: subject.backend)
    }
}

/// A backend, by its name in a test's output.
struct Subject: Sendable, CustomTestStringConvertible {
    let backend: Backend

    var testDescription: String { backend.name }

    static let all = [Subject(backend: .poll), Subject(backend: .epoll), Subject(backend: .ioUring)]
    static let available = all.filter { $0.backend.unavailableBecause() == nil }
}
