/// What cannot be asked of a loop, with asyncio's distinctions and words, and what to do instead.
public enum LoopError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The loop is closed. Make another one.
    case closed
    /// This loop is running already: await instead of running it again.
    case alreadyRunning
    /// No loop runs on this thread, and none was named.
    case noRunningLoop
    /// Another loop runs on this thread.
    case anotherLoopIsRunning
    /// A loop belongs, for life, to the thread that ran it first.
    case wrongThread
    /// `close` while the loop runs: stop it first.
    case cannotCloseWhileRunning
    /// The loop was stopped before what `runUntilComplete` waited for was done.
    case stoppedBeforeCompletion
    /// `runUntilComplete` was given a future of another loop.
    case foreignFuture
    /// The loop's driver could not be bound to this thread.
    case cannotStart(String)
    /// Tasks were still at work when the time for closing was over: they were left behind.
    case closedWithTasks(Int)

    public var description: String {
        switch self {
        case .closed: "Event loop is closed: make a new one"
        case .alreadyRunning: "This event loop is already running: await, or make a task of it, instead of running the loop again"
        case .noRunningLoop: "no running event loop: call this in a loop's task, or name the loop"
        case .anotherLoopIsRunning:
            "Cannot run the event loop while another loop is running on this thread: give it a thread of its own (LoopThread)"
        case .wrongThread:
            "This event loop belongs to the thread that ran it first: run it there, or reach it by submit or callSoonThreadsafe"
        case .cannotCloseWhileRunning:
            "Cannot close a running event loop: stop it first, then close it on the thread that ran it"
        case .stoppedBeforeCompletion:
            "Event loop stopped before Future completed. Run it again to go on, or close it to cancel what is pending"
        case .foreignFuture: "The future belongs to a different loop than the one specified: run that loop"
        case .cannotStart(let why): "The event loop cannot start on this thread: \(why)"
        case .closedWithTasks(let count):
            "The event loop is closed, but \(count) cancelled tasks had not ended in time: make what they do cancellable"
        }
    }
}
