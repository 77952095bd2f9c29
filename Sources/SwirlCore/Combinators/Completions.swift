/// Which of some futures are done, in the order in which they came to be, and tasks that wait for enough of them.
///
/// It watches by done callbacks, as asyncio does: what is done is seen in the next turn, behind callbacks that were added
/// earlier. What is done when watching begins counts at once. On the loop's thread.
final class Completions {
    let core: LoopCore
    let futures: [AnyFuture]
    /// Indices of futures.
    private(set) var done: [Int] = []
    private(set) var firstError: (any Error)?
    /// Whether one finished with an error. Being cancelled is none.
    private(set) var hasFailure = false
    private var handles: [Handle?] = []
    private(set) var line: WaitLine
    private let isEnough: (Completions) -> Bool

    /// - Parameter isEnough: whether who waits may go on; asked whenever one more is done.
    init(_ core: LoopCore, _ futures: [AnyFuture], isEnough: @escaping (Completions) -> Bool) {
        core.checkIsolated()
        self.core = core
        self.futures = futures
        self.isEnough = isEnough
        line = WaitLine(core: core)
        handles = Array(repeating: nil, count: futures.count)
        for (index, future) in futures.enumerated() {
            if future.stateNow == .pending { watch(future, index) } else { add(index) }
        }
    }

    private func watch(_ future: AnyFuture, _ index: Int) {
        let handle = Handle { [weak self] in self?.ended(index) }
        handles[index] = handle
        future.whenDone(handle)
    }

    private func ended(_ index: Int) {
        handles[index] = nil
        add(index)
        if isEnough(self) { wakeAll() }
    }

    private func add(_ index: Int) {
        done.append(index)
        guard let error = futures[index].errorNow else { return }
        if firstError == nil { firstError = error }
        if futures[index].stateNow == .finished { hasFailure = true }
    }

    var isSatisfied: Bool { isEnough(self) }
    var areAllDone: Bool { done.count == futures.count }

    func wakeAll() {
        line.handOverToAll()
    }

    /// Waits until it is enough. Each waiter is woken once.
    ///
    /// - Returns: 0; `Ending.cancelled`, also when that had happened before; `Ending.expired`; `Ending.loopClosed`.
    nonisolated(nonsending) func wait(deadline: Int64 = .max) async -> Int32 {
        if core.phase >= .ending { return Ending.loopClosed }
        return await core.wait(for: line.join(), deadline: deadline)
    }

    /// The same, but a cancellation does not end it: it goes to these futures. For a caller that has cancelled them where one
    /// came before.
    ///
    /// - Returns: 0; `Ending.circle` for a task that waits for itself; `Ending.loopClosed`.
    nonisolated(nonsending) func wait(passingOnTo gathering: Gathering) async -> Int32 {
        if core.phase >= .ending { return Ending.loopClosed }
        let token = line.join()
        core.name(gathering, in: token)
        return await core.waitOnceMore(for: token)
    }

    /// Watches no longer.
    func stop() {
        for (index, handle) in handles.enumerated() {
            if let handle, !futures[index].forget(handle) { handle.cancel() }
        }
        handles = Array(repeating: nil, count: futures.count)
    }
}

extension AnyFuture {
    /// The loop of all these futures.
    static func commonCore(_ futures: [AnyFuture]) throws -> LoopCore {
        guard let core = futures.first?.core else { throw FutureError.nothingToWaitFor }
        if let foreign = futures.first(where: { $0.core !== core }) { throw FutureError.foreignLoop("\(foreign)") }
        return core
    }
}
