/// A promise that was not kept: by whom, which, and where the scenario says so.
public struct ScenarioFailure: Error, CustomStringConvertible, Sendable {
    /// What was expected, or what happened instead.
    public let expectation: String
    public let file: String
    public let line: UInt
    /// The scenario's name, once a scenario has failed.
    public internal(set) var scenario = ""
    /// The backend's name, with the seed of its faults if it has any.
    public internal(set) var backend = ""

    public init(_ expectation: String, file: StaticString = #fileID, line: UInt = #line) {
        self.expectation = expectation
        self.file = "\(file)"
        self.line = line
    }

    public var description: String {
        "«\(scenario)» on \(backend): \(expectation) (\(file):\(line))"
    }
}

/// Fails the scenario unless `condition` holds.
public func expect(
    _ condition: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws(ScenarioFailure) {
    if !condition { throw ScenarioFailure(what(), file: file, line: line) }
}

/// Fails the scenario unless both are equal; says what they are.
public func expectEqual<T: Equatable>(
    _ found: T, _ wanted: T, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws(ScenarioFailure) {
    if found != wanted { throw ScenarioFailure("\(what()): found \(found), wanted \(wanted)", file: file, line: line) }
}

/// The same for streams of bytes, which are long: says where they part.
public func expectEqual(
    _ found: [UInt8], _ wanted: [UInt8], _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws(ScenarioFailure) {
    if found == wanted { return }
    let place = zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(found.count, wanted.count)
    let (a, b) = (Array(found[place...].prefix(8)), Array(wanted[place...].prefix(8)))
    throw ScenarioFailure(
        "\(what()): \(found.count) bytes, wanted \(wanted.count); from \(place) on \(a), wanted \(b)", file: file, line: line)
}

/// The value, or the scenario fails.
public func require<T>(
    _ value: T?, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws(ScenarioFailure) -> T {
    guard let value else { throw ScenarioFailure(what(), file: file, line: line) }
    return value
}

/// The error that `body` throws; the scenario fails when it throws none.
public nonisolated(nonsending) func expectError<T>(
    _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line,
    of body: nonisolated(nonsending) () async throws -> T
) async throws(ScenarioFailure) -> any Error {
    do { _ = try await body() } catch { return error }
    throw ScenarioFailure("\(what()): nothing was thrown", file: file, line: line)
}
