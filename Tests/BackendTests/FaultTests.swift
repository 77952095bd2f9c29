import Swirl
import SwirlTesting
import Testing

/// The scenarios of loops once more, over drivers that are as unkind as the contract allows. A failure names the seed.
@Suite(.serialized)
struct FaultTests {
    static let subjects = Subject.available.flatMap { subject in
        [1, 2, 3].map { Subject(backend: .faulty(subject.backend, seed: $0)) }
    }
    static let scenarios = Conformance.loop.filter { !$0.needsFaultlessDriver && $0.isWanted }

    @Test(arguments: subjects, scenarios)
    func conformsUnderFaults(subject: Subject, scenario: Scenario) async throws {
        try await timed(subject, scenario)
    }
}
