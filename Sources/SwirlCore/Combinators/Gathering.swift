/// Several futures that a task waits for as one: a cancellation of the task goes to each of them.
///
/// A future only so that the slot of the wait can name it, and `cancelHere` finds its way. It is never done: what it waits for
/// is for `Completions` to say.
final class Gathering: AnyFuture, @unchecked Sendable {
    // Sendable: as AnyFuture; `futures` never changes.
    let futures: [AnyFuture]
    /// Whether a cancellation came by.
    private(set) var wasCancelled = false
    /// What it came to. Written on the loop's thread before the one who gathers goes on.
    var error: (any Error)?

    init(_ core: LoopCore, _ futures: [AnyFuture]) {
        self.futures = futures
        super.init(core: core)
    }

    override func requestCancel() -> CancelRequest {
        wasCancelled = true
        return .all(futures)
    }

    override nonisolated var description: String { "<Gathering of \(futures.count)>" }
}
