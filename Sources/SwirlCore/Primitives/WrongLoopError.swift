/// A lock, an event, a queue… was used off the loop that it was made on.
///
/// Corresponds to asyncio's RuntimeError «is bound to a different event loop», which it raises only where it has to wait.
public struct WrongLoopError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried: «Lock.acquire».
    public let operation: String

    public var description: String {
        "\(operation): called off the event loop that it belongs to: make one for each loop, and use it in tasks of that loop "
            + "(createTask, submit)"
    }
}
