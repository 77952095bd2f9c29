/// Something that is likely a mistake, as debug mode and the watchdog report it.
public enum DebugReport: Sendable, Hashable, CustomStringConvertible {
    /// A callback or a step of a task kept the loop for longer than `LoopOptions.slowCallbackDuration`.
    case slow(what: String, took: Duration)
    /// What runs now has kept the loop for so long, and goes on: everything else of the loop waits. From the watchdog.
    case blocked(what: String, since: Duration)
    /// A stream, a listener or a file was dropped without `close`. The loop closes it.
    case unclosed(String)
    /// A task had not ended when its loop was closed: it is cancelled.
    case pendingAtClose(task: String)
    /// Something was asked for on the wrong thread: mostly on another than the loop's for what only that one may do. The caller
    /// got an error.
    case wrongThread(call: String)
    /// So many tasks were made or resumed from other threads in the loop's life. Each costs a hand-over, and maybe a wake-up.
    case foreignResumptions(Int)

    public var description: String {
        switch self {
        case .slow(let what, let took): "Executing \(what) took \(took)"
        case .blocked(let what, let since): "\(what) has kept the event loop for \(since), and everything else waits"
        case .unclosed(let what): "a handle was dropped unclosed: \(what): call its close()"
        case .pendingAtClose(let task): "Task was pending when its event loop was closed, and is cancelled: \(task)"
        case .wrongThread(let call): "Operation invoked on the wrong thread: \(call)"
        case .foreignResumptions(let count): "\(count) tasks were made or resumed from other threads"
        }
    }
}

/// Gets the reports of debug mode: on the loop's thread, but for those of the watchdog and of wrong threads. It must not
/// wait for the loop.
public typealias DebugHandler = @Sendable (DebugReport) -> Void
