// Timeout scopes.
//
// asyncio cancels the task that runs the scope, and takes that back at the scope's end. Swift cannot cancel a part of a task,
// and takes no cancellation back. So the body runs in a child task of its own: what expires is cancelled for good, and ends
// with the scope. The child inherits everything: isolation, executor preference, task-local values; the closure does not
// escape, so it may use what the caller lends and what is not Sendable.

/// Runs `body`, and cancels it when the time is up. Corresponds to `asyncio.timeout`.
///
/// ```swift
/// let chunk = try await withTimeout(.seconds(5)) { try await stream.nextChunk() }
/// ```
///
/// The scope ends when the body has: one that ignores its cancellation is waited for, and if it returns a value or throws
/// another error all the same, that is what comes of it. Scopes nest: each says `TimeoutError` only for its own deadline. Costs
/// a child task; a read or a write has a `deadline` of its own, which costs nothing.
///
/// - Parameter duration: from now on. Nothing: until `Timeout.reschedule` says otherwise. Zero or less: the body runs to its
///   first wait.
/// - Throws: `TimeoutError` when the deadline had passed and the body threw `CancellationError`; `body`'s error;
///   `LoopError.noRunningLoop`.
/// - Cancellation: cancels the body, which then throws `CancellationError`.
public func withTimeout<R>(
    _ duration: Duration?, isolation: isolated (any Actor)? = #isolation, file: StaticString = #fileID, line: UInt = #line,
    _ body: (Timeout) async throws -> R
) async throws -> R {
    try await withTimeout(duration, named: "withTimeout", isolation, SourcePlace(file: file, line: line), body)
}

/// The same for a body that does not look at its timeout.
public func withTimeout<R>(
    _ duration: Duration?, isolation: isolated (any Actor)? = #isolation, file: StaticString = #fileID, line: UInt = #line,
    _ body: () async throws -> R
) async throws -> R {
    try await withTimeout(duration, isolation: isolation, file: file, line: line) { (_: Timeout) in try await body() }
}

/// The same for the function of this name, which is the call that a `TimeoutError` speaks of.
func withTimeout<R>(
    _ duration: Duration?, named operation: String, _ isolation: isolated (any Actor)?, _ place: SourcePlace,
    _ body: (Timeout) async throws -> R
) async throws -> R {
    let core = try Loop.running.core
    let timeout = Timeout(core: core, deadline: core.deadline(after: duration))
    return try await runScope(timeout, isolation, body) { TimeoutError(operation, "the scope of \(place)", duration) }
}

/// As `withTimeout`, until a time of the loop's clock. Corresponds to `asyncio.timeout_at`.
public func withDeadline<R>(
    _ deadline: LoopClock.Instant?, isolation: isolated (any Actor)? = #isolation, file: StaticString = #fileID,
    line: UInt = #line, _ body: (Timeout) async throws -> R
) async throws -> R {
    let timeout = Timeout(core: try Loop.running.core, deadline: deadline?.nanoseconds ?? .max)
    return try await runScope(timeout, isolation, body) { TimeoutError("withDeadline", "the scope of \(file):\(line)", nil) }
}

/// The same for a body that does not look at its timeout.
public func withDeadline<R>(
    _ deadline: LoopClock.Instant?, isolation: isolated (any Actor)? = #isolation, file: StaticString = #fileID,
    line: UInt = #line, _ body: () async throws -> R
) async throws -> R {
    try await withDeadline(deadline, isolation: isolation, file: file, line: line) { (_: Timeout) in try await body() }
}

/// A value that goes to the one child task of a scope, or comes from it: parent and child never run at the same time.
private struct Lent<V>: @unchecked Sendable {
    // Sendable: see above.
    let value: V
}

private func runScope<R>(
    _ timeout: Timeout, _ isolation: isolated (any Actor)?, _ body: (Timeout) async throws -> R, _ error: () -> TimeoutError
) async throws -> R {
    timeout.schedule()
    let parent = unsafe Lent(value: SwiftTask.current)
    let result: Lent<Result<R, any Error>> = await withoutActuallyEscaping(body) { body in
        let lent = Lent(value: body)
        return await withTaskGroup(of: Lent<Result<R, any Error>>.self, isolation: isolation) { group in
            group.addTask { unsafe await runBody(lent, timeout, parent, isolation) }
            return await group.next()!
        }
    }
    let isExpired = timeout.finish()
    if isExpired, case .failure(let thrown) = result.value, thrown is CancellationError, !Task.isCancelled { throw error() }
    return try result.value.get()
}

private func runBody<R>(
    _ body: Lent<(Timeout) async throws -> R>, _ timeout: Timeout, _ parent: Lent<UnsafeRawPointer?>,
    _ isolation: isolated (any Actor)?
) async -> Lent<Result<R, any Error>> {
    unsafe timeout.enter(as: parent.value)
    defer { unsafe timeout.leave(to: parent.value) }
    do { return Lent(value: .success(try await body.value(timeout))) } catch { return Lent(value: .failure(error)) }
}
