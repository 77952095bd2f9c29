/// A number of permits that tasks of one loop take and give back. Corresponds to `asyncio.Semaphore`.
///
/// Fair: whoever has waited longest is next. Tasks that were given a permit run before others may take one that is left.
///
/// It belongs to the loop that it was made on. Tasks of that loop and their child tasks use it.
public final class Semaphore: CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.
    @safe @exclusivity(unchecked) private var line: WaitLine
    @safe @exclusivity(unchecked) private(set) var permits: Int
    /// How many tasks were given a permit and have not run yet. While there are any, newcomers wait behind them, also when
    /// permits are left: so tasks go on in the order in which they came. Only then may permits be left while tasks wait.
    @safe @exclusivity(unchecked) private var starting = 0

    var core: LoopCore { line.core }

    init(_ permits: Int, core: LoopCore) {
        precondition(permits >= 0, "a semaphore has no negative number of permits")
        self.permits = permits
        line = WaitLine(core: core)
    }

    /// A semaphore of the loop that the caller runs on.
    ///
    /// - Parameter permits: how many there are to begin with, 0 or more.
    public convenience init(_ permits: Int = 1, on loop: isolated Loop = #isolation) {
        self.init(permits, core: loop.core)
    }

    /// Whether `acquire` would have to wait. Corresponds to `Semaphore.locked`.
    public func isLocked(on loop: isolated Loop = #isolation) -> Bool {
        core.expectOwn(loop, "Semaphore.isLocked")
        return isLockedNow
    }

    /// How many permits nobody has. asyncio does not tell.
    public func value(on loop: isolated Loop = #isolation) -> Int {
        core.expectOwn(loop, "Semaphore.value")
        return permits
    }

    /// Takes a permit; waits while there is none. Corresponds to `Semaphore.acquire`.
    ///
    /// Does not suspend when it need not wait, as in asyncio. No allocation.
    ///
    /// - Throws: `CancellationError`, `LoopError.closed`, `WrongLoopError`; no permit is taken then.
    /// - Cancellation: ends the wait, and takes nothing from those behind. A cancelled task that was given a permit in the
    ///   same turn returns with it.
    public nonisolated(nonsending) func acquire() async throws {
        try await core.admit("Semaphore.acquire")
        if !isLockedNow {
            permits -= 1
            return
        }
        try Ending.check(await core.wait(for: line.join()))
        starting -= 1
        while permits > 0 && line.handOver() {
            permits -= 1
            starting += 1
        }
    }

    /// Gives a permit to whoever has waited longest, or back. Corresponds to `Semaphore.release`.
    ///
    /// Whoever gives more than was taken adds permits; `BoundedSemaphore` refuses that.
    public func release(on loop: isolated Loop = #isolation) {
        core.expectOwn(loop, "Semaphore.release")
        giveBack()
    }

    /// Runs `body` with a permit, and gives one back whatever happens. Corresponds to `async with semaphore`.
    ///
    /// Permits are all alike: a body that releases its own has one of another task's given back in its end, or adds one.
    ///
    /// - Throws: what `body` throws; as `acquire`, before `body`.
    public nonisolated(nonsending) func withPermit<R: ~Copyable>(
        _ body: nonisolated(nonsending) () async throws -> R
    ) async throws -> R {
        try await acquire()
        return try await runThenGiveBack(body) { giveBack() }
    }

    public var description: String { "<Semaphore\(stateText)>" }

    // MARK: On the loop's thread

    private var isLockedNow: Bool { permits == 0 || starting > 0 }

    var stateText: String {
        guard core.isOnOwnerThread else { return "" }
        return (isLockedNow ? " locked" : " unlocked value=\(permits)") + line.text()
    }

    func giveBack() {
        if line.handOver() { starting += 1 } else { permits += 1 }
    }
}
