/// When `wait` returns.
public enum ReturnWhen: Sendable {
    /// When any future is done. `asyncio.FIRST_COMPLETED`.
    case firstCompleted
    /// When any future has finished with an error, or all are done. A cancelled one is no error. `asyncio.FIRST_EXCEPTION`.
    case firstError
    /// When all are done. `asyncio.ALL_COMPLETED`.
    case allCompleted
}

/// Waits for futures, and says which are done. Corresponds to `asyncio.wait`.
///
/// It throws no future's error and cancels nothing, neither at the timeout nor when it is cancelled itself. The futures may be
/// of several types: their common type is `AnyFuture`. Each is there once, in the order in which it was given.
///
/// - Throws: `FutureError.nothingToWaitFor`, `foreignLoop`; `CancellationError`; `LoopError.closed`.
/// - Cancellation: ends the wait with `CancellationError`; the futures go on.
/// - Complexity: O(n).
public func wait<F: AnyFuture>(
    _ futures: some Sequence<F>, returnWhen: ReturnWhen = .allCompleted, timeout: Duration? = nil
) async throws -> (done: [F], pending: [F]) {
    var seen: Set<F> = []
    let futures = futures.filter { seen.insert($0).inserted }
    let core = try AnyFuture.commonCore(futures)
    let deadline = core.deadline(after: timeout)
    let ending = await core.onItsThread { await waitHere(core, futures, returnWhen, deadline) }
    if ending < 0 && ending != Ending.expired { throw Ending.error(ending) }
    return (futures.filter { $0.isDone() }, futures.filter { !$0.isDone() })
}

/// The same for closures: each becomes a task of the running loop, in this order.
///
/// - Throws: as above; `LoopError.noRunningLoop`.
public func wait<T: Sendable>(
    _ bodies: [@Sendable (isolated Loop) async throws -> T], returnWhen: ReturnWhen = .allCompleted, timeout: Duration? = nil,
    file: StaticString = #fileID, line: UInt = #line
) async throws -> (done: [LoopTask<T>], pending: [LoopTask<T>]) {
    let loop = try Loop.running
    let tasks = bodies.map { loop.createTask(file: file, line: line, $0) }
    return try await wait(tasks, returnWhen: returnWhen, timeout: timeout)
}

private func waitHere(
    _ core: LoopCore, _ futures: [AnyFuture], _ returnWhen: ReturnWhen, _ deadline: Int64
) async -> Int32 {
    let completions = Completions(core, futures) { completions in
        if completions.areAllDone { return true }
        return switch returnWhen {
        case .firstCompleted: !completions.done.isEmpty
        case .firstError: completions.hasFailure
        case .allCompleted: false
        }
    }
    defer { completions.stop() }
    guard completions.isSatisfied else { return await completions.wait(deadline: deadline) }
    if core.spendBudget() { await core.yield() }
    return 0
}
