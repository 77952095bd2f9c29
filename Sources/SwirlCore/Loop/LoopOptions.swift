import CSwirlSystem

/// What a loop can be told when it is created.
///
/// A number outside of the range that is said with it means the nearest one inside.
public struct LoopOptions: Sendable {
    /// What the driver is asked for.
    public var driver = DriverOptions()
    /// How many threads the loop's blocking pool has at most for files and the like: 1 to 4,096. They start when there is
    /// something for them to do, and end when the loop is closed.
    public var blockingThreadsMax = 4
    /// How many calls of `runBlocking` are at work at most, each on a thread of the pool, beside those for files: 1 to 4,096.
    /// More wait in line.
    public var blockingCallsMax = 16
    /// The size of one receive buffer, in bytes: 4 KiB to 16 MiB, rounded up to a multiple of 4 KiB, and on poll and
    /// epoll one page more. Costs memory only where bytes arrive.
    public var receiveBufferBytes = 64 * 1024
    /// How many receive buffers the loop's group grows to: 0 to 16,384. Past that a receive gets memory of its own (D15).
    public var receiveBuffersMax = 256
    /// How many bytes of the group one connection may hold (D15): 0 to 1 GiB. What comes while it holds them gets memory of
    /// its own. Bytes are what counts, not buffers: on poll and epoll a chunk of one byte keeps a whole buffer from being used.
    public var receiveShareBytes = 256 * 1024
    /// How long `close` waits for the loop's tasks, which it has cancelled, to end. Those that have not are left behind, and
    /// `close` throws `LoopError.closedWithTasks`.
    public var closeDeadline = Duration.seconds(10)
    /// Whether Ctrl-C cancels the main task of `Loop.run` and `Runner.run`, as they say.
    public var cancelsOnInterrupt = true
    /// Whether a loop that runs on the main thread serves the main actor and `DispatchQueue.main` there, which nobody else can
    /// meanwhile: a call to them would wait for ever.
    public var servesMainActor = true

    /// Reports what is likely a mistake, as `DebugReport` lists it. On when the environment has `SWIRL_DEBUG=1`. Off it costs
    /// nothing; on, each callback and each step of a task costs some 100 ns more. Corresponds to `loop.set_debug`.
    public var debug = Self.environmentWantsDebug
    /// In debug mode: how long a callback or a step of a task may keep the loop before it is reported. Corresponds to
    /// `loop.slow_callback_duration`.
    public var slowCallbackDuration = Duration.milliseconds(100)
    /// Has a thread of its own report what keeps the loop for longer than this, while it does: at this time, and again
    /// whenever the time has doubled. Without debug mode, too.
    public var watchdog: Duration?
    /// Who gets the reports of debug mode and of the watchdog. Without one they are logged.
    public var debugHandler: DebugHandler?

    /// Every option as it is above.
    public init() {}

    private static let environmentWantsDebug = swirl_debug_is_wanted()

    /// The same with every number in its range.
    var clamped: LoopOptions {
        var options = self
        options.driver.queueEntries = options.driver.queueEntries.clamped(to: 1...16_384)
        options.blockingThreadsMax = blockingThreadsMax.clamped(to: 1...4096)
        options.blockingCallsMax = blockingCallsMax.clamped(to: 1...4096)
        options.receiveBufferBytes = (receiveBufferBytes.clamped(to: 1...16 << 20) + 4095) & ~4095
        options.receiveBuffersMax = receiveBuffersMax.clamped(to: 0...16_384)
        options.receiveShareBytes = receiveShareBytes.clamped(to: 0...1 << 30)
        return options
    }
}

extension FixedWidthInteger {
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
