// What every combinator asks of the core.

extension LoopCore {
    /// Runs `body` on the loop's thread: here, where this is it, else there and back.
    nonisolated(nonsending) func onItsThread(_ body: @Sendable () async -> Int32) async -> Int32 {
        if isOnOwnerThread { return await body() }
        return await onLoop { _ in await body() } ?? Ending.loopClosed
    }

    /// The deadline of a timeout that begins now.
    func deadline(after timeout: Duration?) -> Int64 {
        guard let timeout else { return .max }
        return LoopClock.Instant(nanoseconds: now).advanced(by: timeout).nanoseconds
    }
}
