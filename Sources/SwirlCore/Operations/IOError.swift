public import SystemPackage

/// An operation that failed: what was being done, to what, and why.
public struct IOError: Error, CustomStringConvertible, Sendable, Hashable {
    /// What was being done, in the words of the call: `connect`, `read`, `bind` …
    public let operation: String
    /// What it was done to: an address, a path.
    public let subject: String
    /// Why it failed.
    public let cause: Cause

    public enum Cause: Sendable, Hashable {
        /// The kernel's answer.
        case errno(Errno)
        /// The handle was closed, before or meanwhile; for what belongs to a loop itself: the loop.
        case closed
        /// The deadline that the call was given passed.
        case deadline
    }

    public init(_ operation: String, _ subject: String, _ cause: Cause) {
        self.operation = operation
        self.subject = subject
        self.cause = cause
    }

    /// The error number: `EBADF` for a closed handle, `ETIMEDOUT` for a deadline.
    public var errno: Errno {
        switch cause {
        case .errno(let errno): errno
        case .closed: .badFileDescriptor
        case .deadline: .timedOut
        }
    }

    public var description: String {
        switch cause {
        case .errno(let errno): "\(operation) \(subject): \(errno)"
        case .closed: "\(operation) \(subject): it is closed"
        case .deadline: "\(operation) \(subject): the deadline passed"
        }
    }

    /// What a negative result means: an `IOError`, a `CancellationError`, or `LoopError.closed`.
    package static func of(_ result: Int32, _ operation: String, _ subject: String) -> any Error {
        switch result {
        case Ending.cancelled: CancellationError()
        case Ending.loopClosed: LoopError.closed
        case Ending.closed: IOError(operation, subject, .closed)
        case Ending.expired: IOError(operation, subject, .deadline)
        default: IOError(operation, subject, .errno(Errno(rawValue: -result)))
        }
    }
}
