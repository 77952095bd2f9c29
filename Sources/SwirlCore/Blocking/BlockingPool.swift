// Threads for what a driver declines: file operations that may wait for a disk.
//
// Facts. A thread costs 8 KiB of kernel memory and a switch, a queue hand-over 5 to 10 us; a disk serves a few requests
// at once. So there are few threads (`LoopOptions.blockingThreadsMax`), started when work waits and no thread is idle, and
// one queue. It needs no bound of its own: each job has a task that waits for it, so tasks are the bound, and that is the
// backpressure.
//
// A job in the queue can be taken out again (its operation then has had no effect); one that runs is waited for (CAN-08):
// its memory belongs to the task that waits, which stays suspended until the job has ended. What could wait for a peer
// (a FIFO, a terminal) never comes here: such descriptors are opened without blocking and wait for readiness.

import CSwirlSystem
import DequeModule

/// One operation for a pool thread, and the token that its result goes to.
@safe
private struct PoolJob: @unchecked Sendable {
    // Sendable: the operation's memory is lent by the waiting task until the result is back (D4).
    let operation: Operation
    let token: Token
}

@safe
final class BlockingPool: @unchecked Sendable {
    // Sendable: everything mutable is under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let work: UnsafeMutablePointer<pthread_cond_t>
    private let threadsMax: Int
    private let inbox: Inbox
    private var jobs: Deque<PoolJob> = []
    private var threads: [pthread_t] = []
    private var idle = 0
    private var isStopping = false

    init(threadsMax: Int, inbox: Inbox) {
        self.threadsMax = max(1, threadsMax)
        self.inbox = inbox
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe work = .allocate(capacity: 1)
        unsafe work.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(work, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(work)
        unsafe pthread_mutex_destroy(lock)
        unsafe work.deallocate()
        unsafe lock.deallocate()
    }

    func submit(_ operation: Operation, _ token: Token) {
        unsafe pthread_mutex_lock(lock)
        unsafe jobs.append(PoolJob(operation: operation, token: token))
        if idle == 0 && threads.count < threadsMax { startThread() }
        unsafe pthread_cond_signal(work)
        unsafe pthread_mutex_unlock(lock)
    }

    /// Takes a job out of the queue. False when it runs already, or has ended, and for a close, which nothing may stop or
    /// the descriptor stays open for good: then its result still comes.
    func cancel(_ token: Token) -> Bool {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        guard let index = jobs.firstIndex(where: { $0.token == token }) else { return false }
        if unsafe jobs[index].operation.kind == .close { return false }
        jobs.remove(at: index)
        return true
    }

    /// Ends the threads, after the jobs that they are at. The queue is empty: every wait has ended before.
    func stop() {
        unsafe pthread_mutex_lock(lock)
        isStopping = true
        unsafe pthread_cond_broadcast(work)
        let threads = threads
        unsafe pthread_mutex_unlock(lock)
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Called under the lock.
    private func startThread() {
        let me = unsafe Unmanaged.passRetained(self).toOpaque()
        if let thread = unsafe Thread.start(
            me,
            { argument in
                // SAFETY: `startThread` retained the pool for this thread.
                let pool = unsafe Unmanaged<BlockingPool>.fromOpaque(argument!).takeRetainedValue()
                pool.serve()
                return nil
            })
        {
            threads.append(thread)
        } else {
            // No thread to be had: those that run serve on. With none at all the next submit tries again.
            unsafe Unmanaged<BlockingPool>.fromOpaque(me).release()
        }
    }

    private func serve() {
        unsafe pthread_mutex_lock(lock)
        while true {
            while jobs.isEmpty && !isStopping {
                idle += 1
                unsafe pthread_cond_wait(work, lock)
                idle -= 1
            }
            guard let job = jobs.popFirst() else { break }
            unsafe pthread_mutex_unlock(lock)
            _ = inbox.post(.ended(job.token, unsafe Self.run(job.operation)))
            unsafe pthread_mutex_lock(lock)
        }
        unsafe pthread_mutex_unlock(lock)
    }

    private static func run(_ operation: Operation) -> Int32 {
        while true {
            let result = unsafe Perform.directly(operation)
            if result != -EINTR { return result }
        }
    }
}

extension LoopCore {
    /// Gives an operation that the driver declined to the blocking pool.
    func offload(_ operation: Operation, _ token: Token) {
        if pool == nil { pool = BlockingPool(threadsMax: options.blockingThreadsMax, inbox: inbox) }
        unsafe pool!.submit(operation, token)
    }
}
