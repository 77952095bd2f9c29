/// Mutual exclusion between tasks of one loop, over what they do across `await`s. Corresponds to `asyncio.Lock`.
///
/// ```swift
/// let lock = Lock()
/// try await lock.withLock {
///     // One task at a time is here, also while it waits for IO.
/// }
/// ```
///
/// Between two `await`s no lock is needed: nothing else of the loop runs there. Fair: whoever has waited longest is next,
/// and nobody can get in between. Not re-entrant, and not owned: another task may release it.
///
/// It belongs to the loop that it was made on. Tasks of that loop and their child tasks use it.
public final class Lock: CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.
    @safe @exclusivity(unchecked) private var line: WaitLine
    @safe @exclusivity(unchecked) private(set) var isHeld = false

    var core: LoopCore { line.core }

    init(core: LoopCore) {
        line = WaitLine(core: core)
    }

    /// An unlocked lock of the loop that the caller runs on.
    public convenience init(on loop: isolated Loop = #isolation) {
        self.init(core: loop.core)
    }

    /// Whether somebody has it. It stays locked when it changes hands. Corresponds to `Lock.locked`.
    public func isLocked(on loop: isolated Loop = #isolation) -> Bool {
        core.expectOwn(loop, "Lock.isLocked")
        return isHeld
    }

    /// Takes the lock; waits while another has it. Corresponds to `Lock.acquire`.
    ///
    /// Does not suspend when the lock is free, as in asyncio: a task that only takes free locks lets nobody else run. No
    /// allocation.
    ///
    /// - Throws: `CancellationError`, `LoopError.closed`, `WrongLoopError`; the lock is not taken then.
    /// - Cancellation: ends the wait, and takes nothing from those behind. A cancelled task that was given the lock in the
    ///   same turn returns with it.
    public nonisolated(nonsending) func acquire() async throws {
        try await core.admit("Lock.acquire")
        if !isHeld {
            isHeld = true
            return
        }
        try Ending.check(await core.wait(for: line.join()))
    }

    /// Gives the lock to whoever has waited longest, or unlocks it. Corresponds to `Lock.release`.
    ///
    /// - Throws: `LockError.notAcquired` when it is not locked.
    public func release(on loop: isolated Loop = #isolation) throws(LockError) {
        core.expectOwn(loop, "Lock.release")
        guard giveBack() else { throw .notAcquired("Lock.release") }
    }

    /// Runs `body` with the lock, and gives it back whatever happens. Corresponds to `async with lock`.
    ///
    /// As in asyncio a lock does not know whose it is. A body that releases it takes it again before it ends: if another task has
    /// it then, it is that one's that is given back.
    ///
    /// The body sees and changes what the caller can. Name the loop in it to call synchronous members of it or of primitives:
    /// `condition.notify(on: loop)`.
    ///
    /// - Throws: what `body` throws; as `acquire`, before `body`; `LockError.notAcquired` when nobody has the lock any more.
    public nonisolated(nonsending) func withLock<R: ~Copyable>(
        _ body: nonisolated(nonsending) () async throws -> R
    ) async throws -> R {
        try await acquire()
        return try await runThenGiveBack(body) {
            // A loop that closes takes the lock from whoever waits for a condition.
            if !giveBack() && core.phase < .ending { throw LockError.notAcquired("Lock.withLock") }
        }
    }

    public var description: String { "<Lock\(stateText)>" }

    // MARK: On the loop's thread

    var stateText: String {
        // Nobody else may look.
        guard core.isOnOwnerThread else { return "" }
        return (isHeld ? " locked" : " unlocked") + line.text()
    }

    /// False when nobody had it.
    func giveBack() -> Bool {
        guard isHeld else { return false }
        isHeld = line.handOver()
        return true
    }

    /// As `acquire`, for a task that cannot go on without: no cancel ends it. The loop's close does.
    nonisolated(nonsending) func acquireUncancelled() async -> Int32 {
        if core.phase >= .ending { return Ending.loopClosed }
        if !isHeld {
            isHeld = true
            return 0
        }
        return await core.suspend(line.join())
    }
}

/// What cannot be asked of a lock, or of a condition and its lock.
public enum LockError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operation needs the lock, and nobody has it. Corresponds to asyncio's RuntimeError «Lock is not acquired.»
    case notAcquired(String)

    public var description: String {
        switch self {
        case .notAcquired(let operation): "\(operation): the lock is not acquired: call it inside withLock, or after acquire"
        }
    }
}
