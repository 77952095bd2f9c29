import SwirlCore

/// An error that a scenario throws on purpose.
struct Wrong: Error, Equatable {
    var number = 0
}

/// The scenario fails unless `body` throws an error of this type.
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

/// The error that a synchronous `body` throws; nothing when it throws none. Where `body` names the loop it is isolated to it.
func refusal<T>(of body: () throws -> T) -> (any Error)? {
    do { _ = try body() } catch { return error }
    return nil
}

/// Whether it failed with this error.
func failed<T, E: Error & Equatable>(_ result: Result<T, any Error>, _ error: E) -> Bool {
    if case .failure(let found as E) = result { return found == error }
    return false
}

/// What an async body returns or throws.
nonisolated(nonsending) func resultOf<T>(_ body: nonisolated(nonsending) () async throws -> T) async -> Result<T, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

/// Runs what only a thread that does not await may call, on the loop's thread.
///
/// Not inlined: the optimizer of Swift 6.3 crashes on a scenario that catches such a call's error.
@inline(never)
func runHere<T>(_ body: () throws -> T) -> Result<T, any Error> {
    Result { try body() }
}
