/// What a loop can be told when it is created.
public struct LoopOptions: Sendable {
    /// What the driver is asked for.
    public var driver = DriverOptions()
    /// How many threads the loop's blocking pool has at most; at least 1. They start when there is something for them to do,
    /// and end when the loop is closed.
    public var blockingThreadsMax = 4
    /// The size of one receive buffer, in bytes: a multiple of the page size. Costs memory only where bytes arrive.
    public var receiveBufferBytes = 64 * 1024
    /// How many receive buffers the loop's group grows to. Past that a receive gets memory of its own (D15).
    public var receiveBuffersMax = 256
    /// How many bytes of the group one connection may hold (D15). What comes while it holds them gets memory of its
    /// own.
    public var receiveShareBytes = 256 * 1024
    /// How long `close` waits for the loop's tasks, which it has cancelled, to end. Those that have not are left behind, and
    /// `close` throws `LoopError.closedWithTasks`.
    public var closeDeadline = Duration.seconds(10)

    /// Logs what is likely a mistake: a stream, a listener or a file that was dropped unclosed.
    public var debug = false

    public init() {}
}
