/// What went wrong with a future itself, with asyncio's words where it has some.
public enum FutureError: Error, CustomStringConvertible, Sendable, Hashable {
    /// Set twice, or read before it was set. Corresponds to `asyncio.InvalidStateError`.
    case invalidState(String)
    /// A task's result is what its body returns; nobody else sets it. The task's description.
    case isATask(String)
    /// A task that waits for its own end would wait for ever. The task's description.
    case awaitsItself(String)
    /// Futures of several loops in one call, or a future of another loop than the one that the caller is on. Await its `value`
    /// instead, which works from everywhere; set it on its own loop. The future's description.
    case foreignLoop(String)
    /// `result(timeout:)` on the thread that has to finish the future. The future's description.
    case blocksItsLoop(String)
    /// `wait` for no future at all.
    case nothingToWaitFor

    public var description: String {
        switch self {
        case .invalidState(let why): why
        case .isATask(let task): "A task's result is what its body returns: return it there instead of setting it on \(task)"
        case .awaitsItself(let task): "Task cannot await on itself: \(task)"
        case .foreignLoop(let future):
            "The future belongs to a different loop: await its value, which works on every loop, instead of passing it, and set it "
                + "on its own loop, by callSoonThreadsafe: \(future)"
        case .blocksItsLoop(let future):
            "result(timeout:) would block the thread of the future's own loop, and nobody could finish it: "
                + "await its value, or ask result() when it is done: \(future)"
        case .nothingToWaitFor: "Set of Tasks/Futures is empty."
        }
    }
}
