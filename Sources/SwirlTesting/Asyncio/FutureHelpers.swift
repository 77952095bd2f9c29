import Glibc
import SwirlCore

/// An error that a scenario throws on purpose.
struct Wrong: Error, Equatable {
    var number = 0
}

/// The scenario fails unless `body` throws an error of this type. The error.
nonisolated(nonsending) func expectThrows<E: Error, T>(
    _ type: E.Type, _ what: String, file: StaticString = #fileID, line: UInt = #line,
    of body: nonisolated(nonsending) () async throws -> T
) async throws(ScenarioFailure) {
    let error = try await expectError(what, file: file, line: line, of: body)
    if !(error is E) { throw ScenarioFailure("\(what): \(error), wanted \(E.self)", file: file, line: line) }
}

/// The scenario fails unless `body` is cancelled.
nonisolated(nonsending) func expectCancelled<T>(
    _ what: String, file: StaticString = #fileID, line: UInt = #line, of body: nonisolated(nonsending) () async throws -> T
) async throws(ScenarioFailure) {
    try await expectThrows(CancellationError.self, what, file: file, line: line, of: body)
}

extension Future {
    /// Whether the future lets nobody set a result.
    func refuses(_ value: T, on loop: isolated Loop = #isolation) -> Bool {
        do { try setResult(value) } catch { return true }
        return false
    }

    /// Whether it lets nobody set a result or an error.
    func refusesAll(_ value: T, on loop: isolated Loop = #isolation) -> Bool {
        let first = refuses(value)
        return refusesError() && first
    }

    func refusesError(on loop: isolated Loop = #isolation) -> Bool {
        do { try setError(Wrong()) } catch { return true }
        return false
    }
}

extension Loop {
    /// What reaches the exception handler from now on.
    func reports() -> Box<[String]> {
        let box = Box<[String]>([])
        setExceptionHandler { _, context in box.value.append(context) }
        return box
    }
}
