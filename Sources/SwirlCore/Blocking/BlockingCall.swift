import Synchronization

/// One call of `runBlocking`, as the executor of the task that it runs in.
///
/// A task of its own, so that the caller's task-local values are there, `Task.isCancelled` in the call tells that nobody waits
/// any more, and the caller can go on without it. The task's one job goes to a thread of the pool.
final class BlockingCall: TaskExecutor, @unchecked Sendable {
    // Sendable: `job` is written once, before the pool gets it.
    let token: Token
    private let pool: BlockingPool
    private(set) var job: UnownedJob?
    private let abandoned = Atomic<Bool>(false)

    init(_ token: Token, _ pool: BlockingPool) {
        self.token = token
        self.pool = pool
    }

    func enqueue(_ job: consuming ExecutorJob) {
        self.job = UnownedJob(job)
        pool.submit(self)
    }

    /// On a thread of the pool.
    func run() {
        unsafe job!.runSynchronously(on: asUnownedTaskExecutor())
    }

    /// Nobody waits any more. Under the pool's lock, where the pool has it.
    func abandon() {
        abandoned.store(true, ordering: .releasing)
    }

    var isAbandoned: Bool { abandoned.load(ordering: .acquiring) }
}

extension LoopCore {
    /// Has `start` make a task with a call as its executor, and waits until that has ended, or is abandoned.
    nonisolated(nonsending) func call(_ start: @escaping (BlockingCall) -> Void) async -> Int32 {
        guard isOnOwnerThread else {
            // SAFETY: called once, on the loop's thread; the caller waits here meanwhile.
            nonisolated(unsafe) let start = start
            return await onLoop { [self] _ in unsafe await call(start) } ?? Ending.loopClosed
        }
        if spendBudget() { await yield() }
        let refusal = refusal(on: nil)
        if refusal < 0 { return refusal }
        return await wait(for: startCall(start))
    }

    private func startCall(_ start: (BlockingCall) -> Void) -> Token {
        let token = slots.reserve()
        unsafe slots[token.index].pointee.state = .pooled
        start(BlockingCall(token, blockingPool))
        return token
    }
}
