/// Futures in the order in which they end: `for try await future in asCompleted(futures)`. Corresponds to
/// `asyncio.as_completed`.
///
/// What comes is the future itself, done: `try future.result()` gives or throws what it came to. The iteration can be broken
/// off and taken up again, and several tasks may take from it. Each future comes once.
public struct AsCompleted<F: AnyFuture>: AsyncSequence, Sendable {
    public typealias Element = F
    public typealias Failure = any Error

    private let source: CompletionSource<F>

    fileprivate init(_ futures: [F], _ timeout: Duration?) throws {
        var seen: Set<F> = []
        source = try CompletionSource(futures.filter { seen.insert($0).inserted }, timeout)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: CompletionSource<F>

        public mutating func next() async throws -> F? { try await next(isolation: #isolation) }

        /// - Throws: `TimeoutError` once, when the time was up before all were done: then it is over; `CancellationError`;
        ///   `LoopError.closed`.
        /// - Cancellation: throws `CancellationError`; the futures go on.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> F? {
            try await source.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }
}

/// The futures as they end. The timeout begins now, and is for all of them; it cancels nothing.
///
/// - Throws: `FutureError.foreignLoop`. No future at all is an empty sequence.
public func asCompleted<F: AnyFuture>(_ futures: [F], timeout: Duration? = nil) throws -> AsCompleted<F> {
    try AsCompleted(futures, timeout)
}

/// The same for closures: each becomes a task of the running loop, in this order.
///
/// - Throws: `LoopError.noRunningLoop`.
public func asCompleted<T: Sendable>(
    _ bodies: [@Sendable (isolated Loop) async throws -> T], timeout: Duration? = nil, file: StaticString = #fileID,
    line: UInt = #line
) throws -> AsCompleted<LoopTask<T>> {
    let loop = try Loop.running
    return try AsCompleted(bodies.map { loop.createTask(file: file, line: line, $0) }, timeout)
}

private final class CompletionSource<F: AnyFuture>: @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's thread.
    private let futures: [F]
    private let core: LoopCore?
    private let timeout: Duration?
    private let deadline: Int64
    private var completions: Completions?
    /// How many have been given out or are promised to who waits.
    private var given = 0
    private var isOver = false

    init(_ futures: [F], _ timeout: Duration?) throws {
        self.futures = futures
        self.timeout = timeout
        core = futures.isEmpty ? nil : try AnyFuture.commonCore(futures)
        deadline = core?.deadline(after: timeout) ?? .max
        if let core, core.isOnOwnerThread { watch(core) }
    }

    deinit {
        guard let core, let completions else { return }
        // SAFETY: nobody else has it any more, and it goes to the loop's thread, which it belongs to.
        nonisolated(unsafe) let leaving = completions
        core.callOnLoop { _ in unsafe leaving.stop() }
    }

    @discardableResult
    private func watch(_ core: LoopCore) -> Completions {
        if let completions { return completions }
        let new = Completions(core, futures) { _ in true }
        completions = new
        return new
    }

    nonisolated(nonsending) func next() async throws -> F? {
        guard let core else { return nil }
        let ending = await core.onItsThread { [self] in await step(core) }
        if ending == Ending.expired { throw TimeoutError("asCompleted", "one of \(futures.count) futures", timeout) }
        if ending == Self.atEnd { return nil }
        if ending < 0 { throw Ending.error(ending) }
        return futures[Int(ending)]
    }

    private static var atEnd: Int32 { -5102 }

    /// The index of the next future that is done, or why there is none.
    private nonisolated(nonsending) func step(_ core: LoopCore) async -> Int32 {
        if core.spendBudget() { await core.yield() }
        let refusal = core.refusal(on: nil)
        if refusal < 0 { return refusal }
        let completions = watch(core)
        while true {
            if isOver || given == futures.count { return Self.atEnd }
            if given < completions.done.count {
                given += 1
                return Int32(completions.done[given - 1])
            }
            let ending = await completions.wait(deadline: deadline)
            if ending == Ending.expired, given == completions.done.count {
                if isOver { return Self.atEnd }
                isOver = true
                completions.stop()
                completions.wakeAll()
                return ending
            }
            if ending < 0, ending != Ending.expired { return ending }
        }
    }
}
