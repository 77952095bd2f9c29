public import SwirlCore

/// Which directions of a descriptor are, or are wanted to be, ready.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt8

    /// A set by its bits: those of the members below.
    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Bytes, a connection or the end of the stream can be had without waiting.
    @inlinable
    public static var input: Readiness { Readiness(rawValue: 1 << 0) }
    /// Bytes can be sent, or a connect has ended.
    @inlinable
    public static var output: Readiness { Readiness(rawValue: 1 << 1) }
    /// The peer will send no more, or the descriptor has failed: from now on asking is never in vain.
    @inlinable
    public static var hangUp: Readiness { Readiness(rawValue: 1 << 2) }
    /// The number is not open.
    @inlinable
    public static var invalid: Readiness { Readiness(rawValue: 1 << 3) }
    /// Bytes have come out of line (TCP's urgent data). A read stops in front of them, so from now on a short one does not
    /// say that nothing is left. Only where the poller tells changes only.
    @inlinable
    public static var urgent: Readiness { Readiness(rawValue: 1 << 4) }
}

/// One descriptor of which something is ready.
public struct ReadinessEvent: Sendable {
    /// The number that `add` was called with.
    public let descriptor: Int32
    /// What was given to `add`: an event of an earlier owner of the number carries another.
    public let generation: UInt32
    /// What is ready, also more than is wanted.
    public let ready: Readiness

    /// An event for the driver.
    @inlinable
    public init(descriptor: Int32, generation: UInt32, ready: Readiness) {
        self.descriptor = descriptor
        self.generation = generation
        self.ready = ready
    }
}

/// A source of readiness: `poll(2)`, `epoll(7)`, or a third party's. Six methods make a backend.
///
/// Used by one thread, but for `waker`.
public protocol Poller: AnyObject {
    /// Whether `wait` tells of changes only. Then a descriptor is added once, for both directions, and `change` is never
    /// called; else `wait` tells of all that is ready among what is wanted, and what is wanted follows the operations.
    var tellsChangesOnly: Bool { get }

    /// Ends a `wait` from any thread. `EventWaker` will do for whoever can wait for a descriptor.
    var waker: any Waker { get }

    /// Starts watching a descriptor. 0, or a negative error number: `-EPERM` for what cannot be waited for.
    func add(_ descriptor: Int32, _ wanted: Readiness, generation: UInt32) -> Int32

    /// Changes what is wanted of a descriptor that is watched.
    func change(_ descriptor: Int32, _ wanted: Readiness)

    /// Stops watching a descriptor, which is about to be closed.
    func remove(_ descriptor: Int32)

    /// Sleeps until something is ready, a wake, or `timeout` nanoseconds (negative: for ever), and appends events while
    /// there is room. The rest comes next time. 0, or a negative error number; `-EINTR` is none.
    func wait(timeout: Int64, into events: inout OutputSpan<ReadinessEvent>) -> Int32

    /// Frees what the poller holds. Called once, last of all but for `waker.wake()`, which may still come.
    func close()
}
