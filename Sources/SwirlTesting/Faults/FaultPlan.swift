public import SwirlCore

/// What a faulty driver does, and how often: once in so many times; never for 0.
///
/// All of it is allowed by the driver contract, so nothing above a driver may notice.
public struct FaultPlan: Sendable, Hashable {
    /// A transfer is asked for less than was wanted, and so moves less.
    public var shortCount = 3
    /// A completion comes some waits later, behind those of other operations.
    public var lateCompletion = 3
    /// An operation reaches the driver below some waits later: as after an EINTR or EAGAIN that was retried.
    public var lateSubmission = 4
    /// What ended inline comes from `wait` instead.
    public var lateEnd = 4
    /// `receiveNow` and `sendNow` find nothing and no room, though there is.
    public var vainTry = 4
    /// A multishot accept ends by itself, with a connection or for the sake of one that is lost (ECONNABORTED).
    public var endedAccept = 3
    /// A wait returns at once, with nothing.
    public var emptyWait = 5

    public init() {}
}

extension Backend {
    /// The same backend, with the faults of a plan between it and the loop, in an order that the seed decides.
    public static func faulty(_ backend: Backend, seed: UInt64, plan: FaultPlan = FaultPlan()) -> Backend {
        Backend(name: "\(backend.name) with faults (seed \(seed))") { options throws(BackendError) in
            FaultyDriver(try backend.makeDriver(options), seed: seed, plan: plan)
        }
    }
}
