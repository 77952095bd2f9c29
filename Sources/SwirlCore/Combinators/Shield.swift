// asyncio cancels what a cancelled task waits for; a shield stands between the two. In Swift a task that was cancelled stays
// so, and each operation that it starts throws. So a shield is also where clean-up happens that has to wait for something:
// a task that is cancelled already waits behind a shield as if it were not.

/// The future's result, with the future shielded from a cancellation of the caller. Corresponds to `asyncio.shield`.
///
/// A caller that was cancelled before waits all the same. An error that nobody sees, because the caller was cancelled
/// meanwhile, is reported as every unretrieved error.
///
/// - Throws: the future's error; `CancellationError` when the future, or meanwhile the caller, was cancelled;
///   `LoopError.closed`.
/// - Cancellation: ends the wait at once; the future goes on.
public func shield<T: Sendable>(_ future: Future<T>) async throws -> T {
    let ending = await future.waitShielded()
    // Even when the result came meanwhile: it is not lost, the future has it.
    if ending == Ending.cancelled { throw CancellationError() }
    if future.stateNow == .pending { throw future.failure(of: ending) }
    return try future.retrieve()
}

/// Runs `body` as a task of the running loop that a cancellation of the caller does not reach: for clean-up.
///
/// The task may begin while its loop is being closed, and has until the loop's `closeDeadline`.
///
/// - Throws: `body`'s error; `CancellationError` when the caller is cancelled meanwhile; `LoopError.noRunningLoop`, `closed`.
/// - Cancellation: ends the wait at once; `body` goes on.
public func shield<T: Sendable>(
    name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
    @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () async throws -> T
) async throws -> T {
    let task = try Loop.running.createTask(name: name, file: file, line: line, body)
    // In time: a task never begins inline.
    task.mayRunWhileClosing = true
    return try await shield(task)
}
