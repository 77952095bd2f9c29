/// Who won a race, and what became of the others.
public struct RaceResult<T: Sendable>: Sendable {
    /// What the one that won returned.
    public let winner: T
    /// The winner's place in what `race` was given.
    public let index: Int
    /// For each that was started, in order, its error: `CancellationError` for those that lost, nothing for the winner and for
    /// a loser that ended with a result all the same.
    public let errors: [(any Error)?]
}

/// Nobody won a race.
public struct RaceError: Error, CustomStringConvertible, Sendable {
    /// The error of each, in order. Empty when there was nobody to start.
    public let errors: [any Error]

    public var description: String {
        errors.isEmpty
            ? "race: nobody to start" : "race: all \(errors.count) failed: \(errors.map { "\($0)" }.joined(separator: "; "))"
    }
}

/// Starts one body after the other until one succeeds: «happy eyeballs». Corresponds to `asyncio.staggered.staggered_race`.
///
/// The next one starts when the one that was started last has failed, or `delay` after it was started, whichever is first. The
/// first that returns wins: the others are cancelled, and seen to end, before `race` returns. Each runs as a task of the loop.
///
/// - Parameter delay: nothing: the next one starts only when the last one has failed.
/// - Throws: `RaceError` when all have failed; `CancellationError`; `LoopError.noRunningLoop`, `closed`.
/// - Cancellation: cancels all that run, and sees them end.
public func race<T: Sendable>(
    _ bodies: [@Sendable (isolated Loop) async throws -> T], delay: Duration? = nil, file: StaticString = #fileID,
    line: UInt = #line
) async throws -> RaceResult<T> {
    let loop = try Loop.running
    let core = loop.core
    var tasks: [LoopTask<T>] = []
    var winner: Int?
    var ending: Int32 = 0
    while winner == nil, tasks.count < bodies.count, ending == 0 {
        tasks.append(loop.createTask(file: file, line: line, bodies[tasks.count]))
        (winner, ending) = await waitForWinner(core, tasks, thenNext: tasks.count < bodies.count, core.deadline(after: delay))
    }
    for task in tasks { task.isRetrieved = true }
    if tasks.contains(where: { !$0.isDone() }) { await endAll(core, tasks) }
    if let winner {
        return RaceResult(winner: try tasks[winner].outcome(), index: winner, errors: tasks.map { $0.errorNow })
    }
    if ending < 0 { throw Ending.error(ending) }
    throw RaceError(errors: tasks.compactMap { $0.errorNow })
}

/// Waits until one has won or all have failed; where there is a next one to start, until the one that was started last has
/// failed, or its deadline.
private func waitForWinner<T>(
    _ core: LoopCore, _ tasks: [LoopTask<T>], thenNext: Bool, _ deadline: Int64
) async -> (winner: Int?, ending: Int32) {
    func winner(_ completions: Completions) -> Int? { completions.done.first { tasks[$0].errorNow == nil } }
    let completions = Completions(core, tasks) { completions in
        winner(completions) != nil || completions.areAllDone || thenNext && completions.done.contains(tasks.count - 1)
    }
    defer { completions.stop() }
    let ending = completions.isSatisfied ? 0 : await completions.wait(deadline: thenNext ? deadline : .max)
    return (winner(completions), ending == Ending.expired ? 0 : ending)
}

/// Cancels all, and waits until they have ended, whatever happens to the caller; a further cancellation of it is passed on.
private func endAll<T>(_ core: LoopCore, _ tasks: [LoopTask<T>]) async {
    let gathering = Gathering(core, tasks)
    let completions = Completions(core, tasks) { $0.areAllDone }
    defer { completions.stop() }
    core.cancelForRunningTask(gathering)
    if !completions.isSatisfied { _ = await completions.wait(passingOnTo: gathering) }
}
