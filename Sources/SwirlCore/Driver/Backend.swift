public import SystemPackage

/// A way to do IO that a loop can be created with: a name, and how to make a driver.
///
/// Plug-ins add theirs as static members, so that `Loop(.epoll)` reads well:
///
/// ```swift
/// extension Backend {
///     public static var epoll: Backend { Backend(name: "epoll") { options throws(BackendError) in … } }
/// }
/// ```
public struct Backend: Sendable {
    /// Makes a driver that is not yet bound to a thread, or says why it cannot.
    public typealias Maker = @Sendable (DriverOptions) throws(BackendError) -> any Driver

    public let name: String
    /// In the order in which a loop tries them. One for a backend that is named; several only for `firstAvailable`.
    let candidates: [Candidate]

    struct Candidate: Sendable {
        let name: String
        let makeDriver: Maker
    }

    public init(name: String, makeDriver: @escaping Maker) {
        self.name = name
        candidates = [Candidate(name: name, makeDriver: makeDriver)]
    }

    private init(name: String, candidates: [Candidate]) {
        self.name = name
        self.candidates = candidates
    }

    /// A backend that tries others in turn and keeps the first that starts. Why the ones before it did not is logged
    /// and kept in `Loop.skippedBackends`.
    public static func firstAvailable(name: String, of backends: [Backend]) -> Backend {
        precondition(!backends.isEmpty, "firstAvailable needs at least one backend to try")
        return Backend(name: name, candidates: backends.flatMap(\.candidates))
    }

    /// Makes a driver without a loop: for tests of drivers, and for drivers that wrap another.
    package func makeDriver(_ options: DriverOptions) throws(BackendError) -> any Driver {
        try candidates[0].makeDriver(options)
    }

    /// Why this backend cannot start here, or nothing when it can. Makes a driver and frees it again.
    ///
    /// For a backend of several candidates: why the last one cannot, when none can.
    public func unavailableBecause() -> BackendError? {
        var last: BackendError?
        for candidate in candidates {
            do {
                try candidate.makeDriver(DriverOptions()).shutDown()
                return nil
            } catch {
                last = error
            }
        }
        return last
    }
}

/// What a loop asks of the driver that it creates.
public struct DriverOptions: Sendable, Hashable {
    /// How many submissions the queue of a completion backend holds before it is flushed: 1 to 16,384, rounded up to a power of
    /// two. A loop takes the nearest number in that range.
    /// Its completion queue is four times as large. poll and epoll have no queue.
    public var queueEntries: UInt32 = 256

    public init() {}
}

/// A backend that cannot start: why, and what to do about it.
public struct BackendError: Error, CustomStringConvertible, Sendable {
    /// The backend's name.
    public let backend: String
    /// What failed, in words.
    public let cause: String
    /// The error behind it, where the kernel named one.
    public let underlying: Errno?
    /// What the reader can do about it.
    public let remedy: String

    public init(backend: String, cause: String, underlying: Errno?, remedy: String) {
        self.backend = backend
        self.cause = cause
        self.underlying = underlying
        self.remedy = remedy
    }

    public var description: String {
        "\(backend) cannot start: \(cause)\(underlying.map { " (\($0))" } ?? ""). \(remedy)"
    }
}
