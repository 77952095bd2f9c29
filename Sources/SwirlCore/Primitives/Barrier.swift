/// A place where a fixed number of tasks of one loop wait for each other. Corresponds to `asyncio.Barrier`.
///
/// ```text
///                  the last party arrives              all have left
///   +-> filling ---------------------------> draining ---------------+
///   |      |                                    |                    |
///   |      +------- reset, with some inside ----+-> resetting -------+
///   |                                                 all have left  |
///   +----------------------------------------------------------------+
///                                   abort, from anywhere: broken, until reset
/// ```
///
/// While it drains or resets, newcomers wait outside. A party whose wait is cancelled has not arrived; the others wait on.
/// It belongs to the loop that it was made on. Tasks of that loop and their child tasks use it.
public final class Barrier: CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.
    private enum State: String {
        case filling, draining, resetting, broken
    }

    /// How many tasks wait for each other. Corresponds to `Barrier.parties`.
    public let parties: Int
    @safe @exclusivity(unchecked) private var state = State.filling
    /// Tasks that have arrived, until the last of them does.
    @safe @exclusivity(unchecked) private var line: WaitLine
    /// Tasks that came while it drained or reset.
    @safe @exclusivity(unchecked) private var outside: WaitLine
    /// How many tasks have arrived and not left; those that were cancelled leave when they run.
    @safe @exclusivity(unchecked) private var inside = 0

    private var core: LoopCore { line.core }

    init(parties: Int, core: LoopCore) {
        precondition(parties > 0, "a barrier has at least one party")
        self.parties = parties
        line = WaitLine(core: core)
        outside = WaitLine(core: core)
    }

    /// A barrier of the loop that the caller runs on.
    ///
    /// - Parameter parties: how many tasks wait for each other, 1 or more.
    public convenience init(parties: Int, on loop: isolated Loop = #isolation) {
        self.init(parties: parties, core: loop.core)
    }

    /// How many tasks wait for the others now; none while it drains, resets or is broken. O(n). Corresponds to
    /// `Barrier.n_waiting`.
    public func waitingCount(on loop: isolated Loop = #isolation) -> Int {
        core.expectOwn(loop, "Barrier.waitingCount")
        return state == .filling ? line.count : 0
    }

    /// Whether it was aborted, and not reset since. Corresponds to `Barrier.broken`.
    public func isBroken(on loop: isolated Loop = #isolation) -> Bool {
        core.expectOwn(loop, "Barrier.isBroken")
        return state == .broken
    }

    /// Waits until as many tasks as there are parties wait here. Corresponds to `Barrier.wait`.
    ///
    /// The last to arrive does not suspend. No allocation.
    ///
    /// - Returns: a number from 0 to `parties - 1`, another for each: the order in which they arrived.
    /// - Throws: `BarrierError.broken` when the barrier was aborted, or reset before the task had left it;
    ///   `CancellationError`, `LoopError.closed`, `WrongLoopError`.
    /// - Cancellation: the task has not arrived. Cancelled after the last has arrived, it returns all the same.
    @discardableResult
    public nonisolated(nonsending) func wait() async throws -> Int {
        try await core.admit("Barrier.wait")
        while state == .draining || state == .resetting {
            try Ending.check(await core.wait(for: outside.join()))
        }
        if state == .broken { throw BarrierError.broken }
        inside += 1
        // Cancelled ones may be inside still: only who waits counts.
        if inside >= parties, line.count + 1 == parties {
            state = .draining
            var index: Int32 = 0
            while line.handOver(index) { index += 1 }
            leave()
            return parties - 1
        }
        let result = await core.wait(for: line.join())
        let isBroken = state == .broken || state == .resetting
        leave()
        try Ending.check(result)
        if isBroken { throw BarrierError.broken }
        return Int(result)
    }

    /// Makes the barrier as new: tasks that are inside throw `BarrierError.broken`, and when they have left it fills again.
    /// Corresponds to `Barrier.reset`.
    public func reset(on loop: isolated Loop = #isolation) {
        core.expectOwn(loop, "Barrier.reset")
        state = inside > 0 ? .resetting : .filling
        line.handOverToAll()
        if inside == 0 { outside.handOverToAll() }
    }

    /// Breaks the barrier: tasks that are inside, and all that come, throw `BarrierError.broken` until it is reset. For a
    /// party that cannot come. Corresponds to `Barrier.abort`.
    public func abort(on loop: isolated Loop = #isolation) {
        core.expectOwn(loop, "Barrier.abort")
        state = .broken
        line.handOverToAll()
        outside.handOverToAll()
    }

    public var description: String {
        guard core.isOnOwnerThread else { return "<Barrier>" }
        if state == .broken { return "<Barrier broken>" }
        return "<Barrier \(state.rawValue) waiters=\(state == .filling ? line.count : 0)/\(parties)>"
    }

    private func leave() {
        inside -= 1
        guard inside == 0 else { return }
        if state == .draining || state == .resetting { state = .filling }
        outside.handOverToAll()
    }
}

/// Why a barrier does not let its parties pass.
public enum BarrierError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It was aborted, or reset while the task was inside. Corresponds to `asyncio.BrokenBarrierError`.
    case broken

    public var description: String {
        "Barrier.wait: the barrier was aborted or reset: agree on a fresh start, and call reset if it was aborted"
    }
}
