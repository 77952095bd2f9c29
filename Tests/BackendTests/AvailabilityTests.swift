import Swirl
import Testing

/// Which backends the other tests run on here.
@Suite struct AvailabilityTests {
    /// poll and epoll are on every Linux; io_uring may be refused, and then says why and what to do (URG-01).
    @Test(arguments: Subject.all)
    func startsOrSaysWhy(subject: Subject) throws {
        guard let error = subject.backend.unavailableBecause() else { return }
        #expect(subject.backend.name == "io_uring", "\(error)")
        #expect(!error.cause.isEmpty && !error.remedy.isEmpty)
        // A skip that is seen in the output, with the reason; it does not fail the run.
        withKnownIssue("\(subject.backend.name) is not tested here") { Issue.record("\(error)") }
    }

    /// A backend that is named never falls back.
    @Test func aNamedBackendIsThatOne() throws {
        for subject in Subject.available {
            let loop = try Loop(subject.backend)
            #expect(loop.backendName == subject.backend.name)
            #expect(loop.skippedBackends.isEmpty)
        }
    }

    /// Several are tried in turn; the reasons of those that did not start are kept.
    @Test func theFirstThatStartsIsTaken() throws {
        let broken = Backend(name: "broken") { _ throws(BackendError) in
            throw BackendError(backend: "broken", cause: "it is made to fail", underlying: nil, remedy: "Use another.")
        }
        let loop = try Loop(.firstAvailable(name: "any", of: [broken, .epoll, .poll]))
        #expect(loop.backendName == "epoll")
        #expect(loop.skippedBackends.map(\.backend) == ["broken"])
        #expect(throws: BackendError.self) { _ = try Loop(broken) }
        #expect(throws: BackendError.self) { _ = try Loop(.firstAvailable(name: "any", of: [broken, broken])) }
        #expect(broken.unavailableBecause()?.description == "broken cannot start: it is made to fail. Use another.")
    }
}
