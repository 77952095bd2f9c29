/// A semaphore that refuses more permits than it began with: a `release` too many is a mistake that shows.
/// Corresponds to `asyncio.BoundedSemaphore`.
///
/// Otherwise as `Semaphore`.
public final class BoundedSemaphore: CustomStringConvertible, Sendable {
    private let semaphore: Semaphore
    private let bound: Int

    init(_ permits: Int, core: LoopCore) {
        semaphore = Semaphore(permits, core: core)
        bound = permits
    }

    /// A semaphore of the loop that the caller runs on.
    ///
    /// - Parameter permits: how many there are to begin with, and at most; 0 or more.
    public convenience init(_ permits: Int = 1, on loop: isolated Loop = #isolation) {
        self.init(permits, core: loop.core)
    }

    /// Whether `acquire` would have to wait. Corresponds to `BoundedSemaphore.locked`.
    public func isLocked(on loop: isolated Loop = #isolation) -> Bool { semaphore.isLocked() }

    /// How many permits nobody has. asyncio does not tell.
    public func value(on loop: isolated Loop = #isolation) -> Int { semaphore.value() }

    /// Takes a permit; waits while there is none. As `Semaphore.acquire`.
    public nonisolated(nonsending) func acquire() async throws {
        try await semaphore.acquire()
    }

    /// Gives a permit to whoever has waited longest, or back. Corresponds to `BoundedSemaphore.release`.
    ///
    /// - Throws: `SemaphoreError.releasedTooOften` when all permits are there.
    public func release(on loop: isolated Loop = #isolation) throws(SemaphoreError) {
        semaphore.core.expectOwn(loop, "BoundedSemaphore.release")
        try giveBack()
    }

    /// Runs `body` with a permit, and gives one back whatever happens. Corresponds to `async with semaphore`.
    ///
    /// - Throws: what `body` throws; as `acquire`, before `body`; `SemaphoreError` when all permits are there, because `body`
    ///   released this one. Nobody can tell that while others have permits: one of theirs is given back then.
    public nonisolated(nonsending) func withPermit<R: ~Copyable>(
        _ body: nonisolated(nonsending) () async throws -> R
    ) async throws -> R {
        try await acquire()
        return try await runThenGiveBack(body) { try giveBack() }
    }

    private func giveBack() throws(SemaphoreError) {
        guard semaphore.permits < bound else { throw .releasedTooOften(bound: bound) }
        semaphore.giveBack()
    }

    public var description: String { "<BoundedSemaphore\(semaphore.stateText)>" }
}

/// What cannot be asked of a bounded semaphore.
public enum SemaphoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// All permits are there. Corresponds to asyncio's ValueError «BoundedSemaphore released too many times».
    case releasedTooOften(bound: Int)

    public var description: String {
        switch self {
        case .releasedTooOften(let bound):
            "BoundedSemaphore.release: all \(bound) permits are there: release once for each acquire, or use withPermit"
        }
    }
}
