// All results of several futures, in their order. Corresponds to `asyncio.gather`.
//
// asyncio's rules, which hold for all forms here:
// - The first error is thrown at once, and the other futures go on. A future that was cancelled counts as one with an error.
// - What the others come to afterwards counts as looked at: their errors are not reported.
// - Cancelling who gathers cancels all that are not done. It is then over when the first has ended so (`returnErrors`: when
//   all have), and throws `CancellationError` even when all of them ended with results all the same.
//
// Python's `gather` returns a future. Ours is `async`; `loop.createTask { try await gather(…) }` is a future of it.

/// Waits for futures of any types, and returns their results in one tuple. Corresponds to `asyncio.gather`.
///
/// ```swift
/// let (name, age) = try await gather(loop.createTask { try await readName() }, loop.createTask { try await readAge() })
/// ```
///
/// - Throws: the first error, at once; `CancellationError` for a cancelled future, too; `FutureError.foreignLoop`;
///   `LoopError.closed`.
/// - Cancellation: cancels the futures that are not done.
public func gather<each T: Sendable>(_ futures: repeat Future<each T>) async throws -> (repeat each T) {
    var all: [AnyFuture] = []
    repeat all.append(each futures)
    try await gatherAll(all, stopAtError: true)
    return (repeat try (each futures).result())
}

/// As `gather`, but an error is one of the results. Corresponds to `asyncio.gather(return_exceptions=True)`.
///
/// - Throws: `CancellationError` only when the caller was cancelled; `FutureError.foreignLoop`; `LoopError.closed`.
public func gather<First: Sendable, each T: Sendable>(
    returnErrors first: Future<First>, _ others: repeat Future<each T>
) async throws -> (Result<First, any Error>, repeat Result<each T, any Error>) {
    var all: [AnyFuture] = [first]
    repeat all.append(each others)
    try await gatherAll(all, stopAtError: false)
    return (first.retrieved(), repeat (each others).retrieved())
}

/// As `gather`, for any number of futures of one type. None: an empty array, at once.
public func gather<T: Sendable>(_ futures: [Future<T>]) async throws -> [T] {
    try await gatherAll(futures, stopAtError: true)
    return try futures.map { try $0.result() }
}

/// As `gather(returnErrors:)`, for any number of futures of one type.
public func gather<T: Sendable>(returnErrors futures: [Future<T>]) async throws -> [Result<T, any Error>] {
    try await gatherAll(futures, stopAtError: false)
    return futures.map { $0.retrieved() }
}

/// As `gather`, for closures: each becomes a task of the running loop, in this order.
///
/// - Throws: as `gather`; `LoopError.noRunningLoop`.
public func gather<T: Sendable>(
    _ bodies: [@Sendable (isolated Loop) async throws -> T], file: StaticString = #fileID, line: UInt = #line
) async throws -> [T] {
    let loop = try Loop.running
    return try await gather(bodies.map { loop.createTask(file: file, line: line, $0) } as [Future<T>])
}

extension Future {
    /// The result of a future that is done, looked at.
    fileprivate func retrieved() -> Result<T, any Error> { Result { try result() } }
}

private func gatherAll(_ futures: [AnyFuture], stopAtError: Bool) async throws {
    if futures.isEmpty { return }
    let core = try AnyFuture.commonCore(futures)
    let gathering = Gathering(core, futures)
    let ending = await core.onItsThread { await gatherHere(gathering, stopAtError: stopAtError) }
    if ending == Ending.circle { throw CancellationError() }
    if ending < 0 { throw Ending.error(ending) }
    if let error = gathering.error { throw error }
}

private func gatherHere(_ gathering: Gathering, stopAtError: Bool) async -> Int32 {
    let core = gathering.core
    let completions = Completions(core, gathering.futures) { $0.areAllDone || stopAtError && $0.firstError != nil }
    defer {
        completions.stop()
        // The errors that are still to come are nobody else's concern any more. Said now: a future that nobody holds is gone
        // before a callback could say it.
        for future in gathering.futures { future.isRetrieved = true }
    }
    if completions.isSatisfied {
        if core.spendBudget() { await core.yield() }
    } else {
        if unsafe SwiftTask.isCancelled(SwiftTask.current) { core.cancelForRunningTask(gathering) }
        let ending = await completions.wait(passingOnTo: gathering)
        if ending < 0 { return ending }
    }
    if stopAtError { gathering.error = completions.firstError }
    return gathering.wasCancelled ? Ending.cancelled : 0
}
