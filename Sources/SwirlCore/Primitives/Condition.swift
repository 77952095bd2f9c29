/// Tasks that wait, with a lock, until another says that what they wait for may be true. Corresponds to `asyncio.Condition`.
///
/// ```swift
/// try await condition.withLock {
///     try await condition.wait { !items.isEmpty }
///     use(items.removeFirst())
/// }
/// ```
///
/// On one loop an `Event` or a `Queue` is mostly simpler. It belongs to the loop of its lock.
public final class Condition: CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.
    /// The lock: the condition's own, or one that it shares with others.
    public let lock: Lock
    @safe @exclusivity(unchecked) private var line: WaitLine

    /// A condition with a lock that exists, maybe of other conditions, too.
    public init(lock: Lock) {
        self.lock = lock
        line = WaitLine(core: lock.core)
    }

    /// A condition of the loop that the caller runs on, with a lock of its own.
    public convenience init(on loop: isolated Loop = #isolation) {
        self.init(lock: Lock(core: loop.core))
    }

    /// Whether somebody has the lock. As `Lock.isLocked`. Corresponds to `Condition.locked`.
    public func isLocked(on loop: isolated Loop = #isolation) -> Bool { lock.isLocked() }

    /// Takes the lock. As `Lock.acquire`. Corresponds to `Condition.acquire`.
    public nonisolated(nonsending) func acquire() async throws {
        try await lock.acquire()
    }

    /// Gives the lock back. As `Lock.release`. Corresponds to `Condition.release`.
    public func release(on loop: isolated Loop = #isolation) throws(LockError) {
        try lock.release()
    }

    /// Runs `body` with the lock. As `Lock.withLock`. Corresponds to `async with condition`.
    public nonisolated(nonsending) func withLock<R: ~Copyable>(
        _ body: nonisolated(nonsending) () async throws -> R
    ) async throws -> R {
        try await lock.withLock(body)
    }

    /// Gives the lock back, waits for a notification, and takes the lock again. Corresponds to `Condition.wait`.
    ///
    /// It may return although what the caller waits for is not true, or not true any more: use `wait(until:)`, or ask again.
    ///
    /// - Throws: `CancellationError`, with the lock taken again; `LockError.notAcquired`; `WrongLoopError`;
    ///   `LoopError.closed`, without the lock.
    /// - Cancellation: ends the wait for the notification, not the wait for the lock. A task that is cancelled before it has
    ///   the lock again throws, and the notification that it got goes to the next.
    public nonisolated(nonsending) func wait() async throws {
        let core = line.core
        try await core.admit("Condition.wait")
        guard lock.isHeld else { throw LockError.notAcquired("Condition.wait") }
        let token = line.join()
        _ = lock.giveBack()
        let result = await core.wait(for: token)
        try Ending.check(await lock.acquireUncancelled())
        if result == 0, unsafe SwiftTask.isCancelled(SwiftTask.current) {
            _ = line.handOver()
            throw CancellationError()
        }
        try Ending.check(result)
    }

    /// Waits until `predicate`, which is asked with the lock held, says true. Corresponds to `Condition.wait_for`.
    ///
    /// - Throws: as `wait()`, and what `predicate` throws. When it is true at once: nothing, with the lock or without.
    public nonisolated(nonsending) func wait(until predicate: () throws -> Bool) async throws {
        while try !predicate() { try await wait() }
    }

    /// Wakes the `count` tasks that have waited longest for a notification, or as many as there are. They go on when they
    /// have the lock again, which the caller still has. Corresponds to `Condition.notify`.
    ///
    /// - Throws: `LockError.notAcquired` when the lock is not locked.
    public func notify(_ count: Int = 1, on loop: isolated Loop = #isolation) throws(LockError) {
        line.core.expectOwn(loop, "Condition.notify")
        guard lock.isHeld else { throw .notAcquired("Condition.notify") }
        var left = count
        while left > 0 && line.handOver() { left -= 1 }
    }

    /// Wakes all tasks that wait for a notification. Corresponds to `Condition.notify_all`.
    ///
    /// - Throws: as `notify`.
    public func notifyAll(on loop: isolated Loop = #isolation) throws(LockError) {
        try notify(.max)
    }

    public var description: String {
        guard lock.core.isOnOwnerThread else { return "<Condition>" }
        return "<Condition \(lock.isHeld ? "locked" : "unlocked")\(line.text())>"
    }
}
