/// The time that a call was given is up. Corresponds to Python's `TimeoutError`.
public struct TimeoutError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The call that gave up.
    public let operation: String
    /// What it waited for: a future's name and place, or the place of a scope.
    public let subject: String
    /// What it was given. Nothing where it was given a deadline.
    public let limit: Duration?

    init(_ operation: String, _ subject: String, _ limit: Duration?) {
        self.operation = operation
        self.subject = subject
        self.limit = limit
    }

    public var description: String {
        "\(operation): \(subject) is not done \(limit.map { "after \($0)" } ?? "at its deadline")"
    }
}
