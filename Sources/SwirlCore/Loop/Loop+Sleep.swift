extension Loop {
    /// Suspends the task for a while; everything else of the loop goes on. Corresponds to `asyncio.sleep`.
    ///
    /// A duration of zero or less lets everything run once that is ready now. Never shorter than asked for. O(log n), and no
    /// system call of its own.
    ///
    /// - Cancellation: throws `CancellationError` at once, and the timer is gone.
    /// - Throws: `CancellationError`; `LoopError.closed`.
    public nonisolated(nonsending) func sleep(for duration: Duration) async throws {
        if duration <= .zero { return try await core.letOthersRun() }
        try await core.sleep(until: time.advanced(by: duration).nanoseconds)
    }

    /// Suspends the task until a time of the loop's clock, as `sleep(for:)`. From any thread; the task goes on where it was.
    public nonisolated(nonsending) func sleep(until deadline: LoopClock.Instant) async throws {
        try await core.sleep(until: deadline.nanoseconds)
    }
}
