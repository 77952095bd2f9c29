// Threads for what would block the loop: operations that a driver declines, and the calls of `Loop.runBlocking`.
//
// Facts. A thread costs 8 KiB of kernel memory and a switch, a queue hand-over 5 to 10 us; a disk serves a few requests
// at once. So there are few threads, started when work waits and no thread is idle, and two lines: one for operations, one
// for calls. They need no bound of their own: each job has a task that waits for it, so tasks are the bound, and that is the
// backpressure.
//
// An operation of a file ends by itself, soon. A call may take as long as it likes: sleep, wait for a lock, or for another
// call. So each lane has its own limit of threads at work (`LoopOptions.blockingThreadsMax`, `blockingCallsMax`), and the
// pool has as many threads as both together: however many calls hang, an operation finds a thread, and the other way round.
// Which thread does what is not fixed: an idle one takes whatever may run.
//
//   operations  o o o ──┐ at most blockingThreadsMax at work
//                       ├──> threads
//   calls       c c ────┘ at most blockingCallsMax at work
//
// A job in its line can be taken out again, and then has had no effect. A running operation is waited for (CAN-08): its
// memory belongs to the task that waits, which stays suspended until the job has ended. What could wait for a peer (a FIFO,
// a terminal) never comes here: such descriptors are opened without blocking and wait for readiness. A running call owns
// what it captured, so it is abandoned: its task goes on, and its result is dropped when it comes. Closing the loop waits
// for abandoned calls for a limited time, and then leaves their threads to themselves.
//
// Where no thread can be had, those that there are serve on. Where there is none at all the job ends with EAGAIN, rather than
// wait for a thread that nobody would start.

import CSwirlSystem
import DequeModule

/// One operation for a pool thread, and the token that its result goes to.
@safe
private struct PoolJob: @unchecked Sendable {
    // Sendable: the operation's memory is lent by the waiting task until the result is back (D4).
    let operation: Operation
    let token: Token
}

/// What became of a job whose token was to be cancelled.
enum PoolCancel {
    /// It was in line and will not run, or runs on with nobody waiting: no result comes. A call that was in line leaves its
    /// task's one job, which has nothing to do any more, but must be run (D13).
    case ended(UnownedJob?)
    /// It runs, or has ended: its result comes.
    case resultComes
}

@safe
final class BlockingPool: @unchecked Sendable {
    // Sendable: everything mutable is under `monitor`.
    private let monitor = Monitor()
    private let inbox: Inbox
    private var operations: Deque<PoolJob> = []
    private var calls: Deque<BlockingCall> = []
    private var runningCalls: [BlockingCall] = []
    private var runningOperations = 0
    private let operationsMax: Int
    private let callsMax: Int
    private var threads: [pthread_t] = []
    private var idle = 0
    private var isStopping = false
    private let startThread: (@escaping @Sendable () -> Void) -> pthread_t?

    /// - Parameter startThread: for tests of what is done without threads.
    init(
        threadsMax: Int, callsMax: Int, inbox: Inbox,
        startThread: @escaping (@escaping @Sendable () -> Void) -> pthread_t? = { Thread.start($0) }
    ) {
        operationsMax = threadsMax
        self.callsMax = callsMax
        self.inbox = inbox
        self.startThread = startThread
    }

    func submit(_ operation: Operation, _ token: Token) {
        monitor.lock()
        unsafe operations.append(PoolJob(operation: operation, token: token))
        let isServed = findThread()
        if !isServed { operations.removeLast() }
        monitor.unlock()
        // A close is done here all the same: its number would be lost.
        if !isServed { _ = inbox.post(.ended(token, unsafe operation.kind == .close ? Self.run(operation) : -EAGAIN)) }
    }

    func submit(_ call: BlockingCall) {
        monitor.lock()
        calls.append(call)
        let isServed = findThread()
        if !isServed { calls.removeLast() }
        monitor.unlock()
        if isServed { return }
        // The task has to end, with nothing done (D13): the loop runs its job.
        call.abandon()
        if let job = call.job { _ = inbox.post(.job(.job(job, isIsolated: false))) }
        _ = inbox.post(.ended(call.token, -EAGAIN))
    }

    /// Takes a job out of its line, or abandons it if it is a call that runs. Not a close, which nothing may stop or the
    /// descriptor stays open for good.
    func cancel(_ token: Token) -> PoolCancel {
        monitor.lock()
        defer { monitor.unlock() }
        if let index = operations.firstIndex(where: { $0.token == token }) {
            if unsafe operations[index].operation.kind == .close { return .resultComes }
            operations.remove(at: index)
            return .ended(nil)
        }
        if let index = calls.firstIndex(where: { $0.token == token }) {
            let call = calls.remove(at: index)
            call.abandon()
            return .ended(call.job)
        }
        if let call = runningCalls.first(where: { $0.token == token && !$0.isAbandoned }) {
            call.abandon()
            return .ended(nil)
        }
        return .resultComes
    }

    /// Ends the threads, after the jobs that they are at: both lines are empty, every wait has ended before. Abandoned calls
    /// have until then what is given in nanoseconds.
    ///
    /// - Returns: how many calls had not ended; their threads end with them.
    func stop(within limit: Int64) -> Int {
        monitor.lock()
        isStopping = true
        monitor.broadcast()
        let end = Monitor.time(in: limit)
        while !runningCalls.isEmpty && monitor.wait(until: end) {}
        let threads = threads
        let left = runningCalls.count
        monitor.unlock()
        for thread in threads {
            if left == 0 { pthread_join(thread, nil) } else { pthread_detach(thread) }
        }
        return left
    }

    // MARK: Under the lock

    private var mayRunOperation: Bool { !operations.isEmpty && runningOperations < operationsMax }
    private var mayRunCall: Bool { !calls.isEmpty && runningCalls.count < callsMax }

    /// Has a thread look at the lines: one that is idle, or a new one. False when there is none at all.
    private func findThread() -> Bool {
        let runnable =
            min(operations.count, operationsMax - runningOperations) + min(calls.count, callsMax - runningCalls.count)
        if runnable > idle && threads.count < operationsMax + callsMax, let thread = startThread({ [self] in serve() }) {
            threads.append(thread)
        }
        monitor.signal()
        return !threads.isEmpty
    }

    /// The next job that its lane has room for; waits for one. Nothing when the pool stops.
    private func next() -> Work? {
        while true {
            if mayRunOperation {
                runningOperations += 1
                return .operation(operations.removeFirst())
            }
            if mayRunCall {
                let call = calls.removeFirst()
                runningCalls.append(call)
                return .call(call)
            }
            if isStopping { return nil }
            idle += 1
            monitor.wait()
            idle -= 1
        }
    }

    // MARK: A thread

    private enum Work {
        case operation(PoolJob)
        case call(BlockingCall)
    }

    private func serve() {
        monitor.lock()
        while let work = next() {
            monitor.unlock()
            switch work {
            case .operation(let job):
                _ = inbox.post(.ended(job.token, unsafe Self.run(job.operation)))
                monitor.lock()
                runningOperations -= 1
            case .call(let call):
                call.run()
                monitor.lock()
                runningCalls.removeAll { $0 === call }
                // Out of the list it cannot be abandoned any more: its result comes.
                if !call.isAbandoned { _ = inbox.post(.ended(call.token, 0)) }
                if isStopping { monitor.broadcast() }
            }
        }
        monitor.unlock()
    }

    private static func run(_ operation: Operation) -> Int32 {
        while true {
            let result = unsafe Perform.directly(operation)
            if result != -EINTR { return result }
        }
    }
}

extension LoopCore {
    /// The pool, made when it is needed first.
    var blockingPool: BlockingPool {
        if let pool { return pool }
        let new = BlockingPool(threadsMax: options.blockingThreadsMax, callsMax: options.blockingCallsMax, inbox: inbox)
        pool = new
        return new
    }

    /// Gives an operation that the driver declined to the blocking pool.
    func offload(_ operation: Operation, _ token: Token) {
        unsafe blockingPool.submit(operation, token)
    }
}
