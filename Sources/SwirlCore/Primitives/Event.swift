/// Something that happens once, or now and then, and that any number of tasks of a loop wait for.
/// Corresponds to `asyncio.Event`.
///
/// It belongs to the loop that it was made on. Tasks of that loop and their child tasks use it.
public final class Event: CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.
    @safe @exclusivity(unchecked) private var line: WaitLine
    @safe @exclusivity(unchecked) private var hasHappened = false

    init(core: LoopCore) {
        line = WaitLine(core: core)
    }

    /// An event, not set, of the loop that the caller runs on.
    public convenience init(on loop: isolated Loop = #isolation) {
        self.init(core: loop.core)
    }

    /// Whether it is set: `wait` would return at once. Corresponds to `Event.is_set`.
    public func isSet(on loop: isolated Loop = #isolation) -> Bool {
        line.core.expectOwn(loop, "Event.isSet")
        return hasHappened
    }

    /// Sets the event, and wakes everybody who waits, in order. They go to the end of the ready queue; a `clear` before they
    /// run does not stop them. Corresponds to `Event.set`.
    public func set(on loop: isolated Loop = #isolation) {
        line.core.expectOwn(loop, "Event.set")
        guard !hasHappened else { return }
        hasHappened = true
        line.handOverToAll()
    }

    /// Makes the event one that has not happened: who waits from now on waits for the next `set`. Corresponds to
    /// `Event.clear`.
    public func clear(on loop: isolated Loop = #isolation) {
        line.core.expectOwn(loop, "Event.clear")
        hasHappened = false
    }

    /// Waits until the event is set; returns at once when it is. Corresponds to `Event.wait`.
    ///
    /// Does not suspend in that case, as in asyncio. No allocation.
    ///
    /// - Throws: `CancellationError`, `LoopError.closed`, `WrongLoopError`.
    /// - Cancellation: ends the wait.
    public nonisolated(nonsending) func wait() async throws {
        let core = line.core
        try await core.admit("Event.wait")
        if hasHappened { return }
        try Ending.check(await core.wait(for: line.join()))
    }

    public var description: String {
        guard line.core.isOnOwnerThread else { return "<Event>" }
        return "<Event \(hasHappened ? "set" : "unset")\(line.text())>"
    }
}
