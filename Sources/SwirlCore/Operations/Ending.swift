import CSwirlSystem

/// Results below every error number: why a wait ended that had nothing to deliver.
package enum Ending {
    /// The task that waited was cancelled.
    package static let cancelled: Int32 = -5001
    /// The operation's deadline passed.
    package static let expired: Int32 = -5002
    /// The handle was closed.
    package static let closed: Int32 = -5003
    /// The loop was closed.
    package static let loopClosed: Int32 = -5004

    /// What `-ECANCELED` means, by who asked. A close says more than a cancellation: the handle is gone for everybody.
    static func ofCancelled(_ flags: SlotFlags) -> Int32 {
        if flags.contains(.loopClosing) { return loopClosed }
        if flags.contains(.closing) { return closed }
        if flags.contains(.cancelled) { return cancelled }
        if flags.contains(.expired) { return expired }
        return -ECANCELED
    }

    /// The error of a wait that ended without what it waited for.
    static func error(_ ending: Int32) -> any Error {
        ending == cancelled ? CancellationError() : LoopError.closed
    }

    /// Throws unless a wait ended with what it waited for.
    @inline(__always)
    static func check(_ ending: Int32) throws {
        if ending < 0 { throw error(ending) }
    }
}
