/// The future's result, if it is there in time; else the future is cancelled. Corresponds to `asyncio.wait_for`.
///
/// At the timeout the future is cancelled, and a task is seen to end. If it ends with a result all the same, or with an error of
/// its own, that is what comes of it; a result is never lost to the timeout. `shield` leaves the future alone:
/// `waitFor(timeout:) { try await shield(future) }`.
///
/// - Parameter timeout: nothing: no limit. Zero or less: the future is cancelled at once unless it is done.
/// - Throws: the future's error; `TimeoutError`; `CancellationError` when the future, or the caller, was cancelled;
///   `LoopError.closed`.
/// - Cancellation: cancels the future, and sees it end.
public func waitFor<T: Sendable>(_ future: Future<T>, timeout: Duration?) async throws -> T {
    var ending = Ending.expired
    if timeout ?? .seconds(1) > .zero { ending = await future.wait(deadline: future.core.deadline(after: timeout)) }
    let isExpired = ending == Ending.expired && !future.isDone()
    if ending == Ending.expired || ending == Ending.cancelled {
        ending = await future.core.onItsThread { await cancelAndWait(future) }
    }
    if future.stateNow == .pending { throw future.failure(of: ending) }
    if isExpired, future.stateNow == .cancelled, !Task.isCancelled {
        future.isRetrieved = true
        throw TimeoutError("waitFor", future.label, timeout)
    }
    return try future.retrieve()
}

/// The result of `body`, if it is there in time. Corresponds to `asyncio.wait_for` of a coroutine.
///
/// As `withTimeout`, but with a timeout of zero or less `body` never runs.
public func waitFor<R>(
    timeout: Duration?, isolation: isolated (any Actor)? = #isolation, file: StaticString = #fileID, line: UInt = #line,
    _ body: () async throws -> R
) async throws -> R {
    if let timeout, timeout <= .zero {
        throw TimeoutError("waitFor", "the scope of \(file):\(line)", timeout)
    }
    return try await withTimeout(timeout, named: "waitFor", isolation, SourcePlace(file: file, line: line)) { _ in
        try await body()
    }
}

/// Cancelling who waits here cancels the future once more.
private func cancelAndWait(_ future: AnyFuture) async -> Int32 {
    future.core.cancelForRunningTask(future)
    return await future.waitOnceMore()
}
