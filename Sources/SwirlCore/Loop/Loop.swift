import CSwirlSystem
public import Logging
import Synchronization

/// An event loop: native async code on one thread, with the IO backend chosen here.
///
/// ```swift
/// let loop = try Loop(.automatic)
/// try loop.runUntilComplete { loop in
///     try await loop.sleep(for: .seconds(1))
///     print("one second later, on the same thread")
/// }
/// try loop.close()
/// ```
///
/// A loop belongs, for life, to the thread that first runs it. Members that are isolated to it can be called only there,
/// which the compiler sees to; members that are `nonisolated` say from where.
public actor Loop {
    package nonisolated let core: LoopCore
    /// The backends that were tried first and cannot start here, with the reason. Only with `.automatic`.
    public nonisolated let skippedBackends: [BackendError]

    /// Creates a loop, and its driver.
    ///
    /// One that is dropped without ever having run is closed with that: callbacks that were posted to it are cancelled, and who
    /// waits for it gets `LoopError.closed`. One that has run has to be closed on its thread.
    ///
    /// - Parameter debug: turns `LoopOptions.debug` on, if it is not.
    /// - Throws: `BackendError`, which says why the backend cannot start and what to do. A backend named explicitly never
    ///   falls back to another.
    public init(
        _ backend: Backend, debug: Bool = false, options: LoopOptions = LoopOptions(), logger: Logger = Logger(label: "swirl")
    ) throws(BackendError) {
        var options = options.clamped
        options.debug = options.debug || debug
        var skipped: [BackendError] = []
        for (index, candidate) in backend.candidates.enumerated() {
            do throws(BackendError) {
                let driver = try candidate.makeDriver(options.driver)
                core = LoopCore(driver: driver, backendName: candidate.name, options: options, logger: logger)
                skippedBackends = skipped
                core.adopt(self)
                return
            } catch {
                if index == backend.candidates.count - 1 { throw error }
                logger.notice("\(error.backend) is skipped", metadata: ["reason": "\(error)"])
                skipped.append(error)
            }
        }
        preconditionFailure("a backend has at least one candidate")
    }

    deinit {
        core.isOrphan.store(true, ordering: .releasing)
        if core.phase == .idle, core.ownerThread == nil {
            let left = core.liveTasks.load(ordering: .acquiring)
            if left > 0 { core.logger.error("a loop was dropped that never ran, with \(left) tasks: they are cancelled") }
            core.closeUnrun()
        } else if core.phase != .closed {
            core.logger.error(
                "a loop was dropped unclosed: call close() on the thread that ran it",
                metadata: ["backend": "\(core.backendName)"])
        }
    }

    /// Where the runtime runs what is isolated to the loop: on the thread that runs it, in its ready queue.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: core) }

    /// The name of the backend at work: of the one that `.automatic` chose, too.
    public nonisolated var backendName: String { core.backendName }

    /// How each operation is done by this loop's backend on this machine.
    public nonisolated var capabilities: Capabilities { core.driver.capabilities }

    /// Whether a thread is running it, or closing it. From any thread. Corresponds to `loop.is_running()`.
    public nonisolated var isRunning: Bool { core.isRunning.load(ordering: .acquiring) }

    /// Whether it takes nothing any more: `close` has ended what waited, or the loop was dropped unrun. From any thread.
    /// Corresponds to `loop.is_closed()`.
    public nonisolated var isClosed: Bool { core.isClosed.load(ordering: .acquiring) }

    /// The loop's clock, for `Task.sleep(until:clock:)` and the like.
    public nonisolated var clock: LoopClock { LoopClock(core: core) }

    /// Whether the loop reports what is likely a mistake. Corresponds to `loop.get_debug()`.
    public nonisolated var isDebugging: Bool { core.options.debug }

    /// Now, on the loop's clock. From any thread. Corresponds to `loop.time()`.
    public nonisolated var time: LoopClock.Instant { clock.now }

    // What the loop has in hand, for tests that look for leaks.

    /// How many sockets, pipes and files of the loop are open. From any thread.
    public nonisolated var openDescriptorCount: Int { core.openDescriptors.load(ordering: .relaxed) }
    /// How many of the loop's tasks have not ended, those that have not begun included. From any thread.
    public nonisolated var taskCount: Int { core.liveTasks.load(ordering: .relaxed) }
    /// How many operations, sleeps and other waits have not ended. Without the waits for Ctrl-C and for the main actor's work,
    /// which are the run's own.
    public var operationCount: Int {
        core.slots.used - (core.watchesOnlyForItself ? 1 : 0) - (core.mainQueue?.isArmed == true ? 1 : 0)
    }
    /// How many timers are not due yet: of sleeps, deadlines and `callLater`.
    public var timerCount: Int { core.timers.count }
    /// How many pieces of the loop's receive buffers are lent.
    public var leasedBufferCount: Int { core.buffers.leased }
    /// How many receive buffers there are: on io_uring 32 to begin with, elsewhere none; they stay as many as were ever needed at
    /// one time, at most `LoopOptions.receiveBuffersMax`.
    public var receiveBufferCount: Int { core.buffers.count }
    /// How many jobs came from other threads: tasks that were made or resumed there, each at the cost of a wake-up, maybe.
    public var foreignResumptionCount: Int { core.foreignJobs }
    /// How often the loop has asked its driver for completions. An idle loop does not (D11).
    public var waitCount: Int { core.waits }
}
