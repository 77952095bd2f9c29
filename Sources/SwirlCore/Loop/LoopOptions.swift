/// What a loop can be told when it is created.
public struct LoopOptions: Sendable {
    /// What the driver is asked for.
    public var driver = DriverOptions()
    /// How many threads the loop's blocking pool has at most. They start when there is something for them to do.
    public var blockingThreadsMax = 4
    /// The size of one receive buffer, in bytes. A power of two.
    public var receiveBufferBytes = 64 * 1024
    /// How many receive buffers the loop's group grows to. Past that a receive gets memory of its own (D15).
    public var receiveBuffersMax = 256
    /// How many bytes of the group one connection may hold before it has to give some back (D15).
    public var receiveShareBytes = 256 * 1024
    /// How long `close` waits for the loop's tasks, which it has cancelled, to end, in seconds.
    public var closeDeadline = Duration.seconds(10)

    /// Reports what is likely a mistake: a handle dropped unclosed. Costs little; more reports will come.
    public var debug = false

    public init() {}
}
