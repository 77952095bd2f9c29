// What a loop consists of, and which thread may touch it.
//
// `Loop` is an actor, so that the compiler keeps callers on it. But the code under a read or a write is called from
// functions that inherit their caller's isolation without naming it, so it cannot be isolated to that actor in the types.
// It checks instead: one load of a thread-local and a compare (`isOnOwnerThread`), and then works on this class, which is
// not an actor and takes no lock. Everything in it belongs to the loop's owner thread, but for what says otherwise.
//
// It is also the executor: a job enqueued on the owner thread goes straight to the ready queue, from anywhere else through
// the inbox. One class is both serial executor (the actor's) and task executor (the tasks' preference): the runtime resumes
// isolated code, too, by way of the preference, and the job then runs as isolated to the loop, without a hop to where it is.
//
// `@safe @exclusivity(unchecked)` on what is touched at each switch: the checks are 18 % of its instructions. What they guard
// holds because one thread alone is here, and what calls out, to a sink, a callback or a deinit, does so when its change of
// one of these is done.

import CSwirlSystem
import Logging
import Synchronization

@safe
@usableFromInline
package final class LoopCore: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Sendable: see above; `inbox`, the atomics and the `let`s are for all threads.

    @usableFromInline package let driver: any Driver
    package let backendName: String
    let inbox: Inbox
    let logger: Logger
    package let usesKernelBuffers: Bool

    @safe @exclusivity(unchecked) var ready = ReadyQueue()
    @safe @exclusivity(unchecked) var slots = OperationTable()
    @safe @exclusivity(unchecked) var timers = TimerHeap()
    @safe @exclusivity(unchecked) var tasks = TaskRegistry()
    /// Operations that wait in a descriptor's line, by slot index. Rare: two reads on one stream at once.
    @safe @exclusivity(unchecked) var queuedOperations: [UInt32: QueuedOperation] = unsafe [:]
    @safe @exclusivity(unchecked) package var buffers: BufferGroup
    /// Receives that wait for a buffer of the kernel's ring, first in first out.
    @safe @exclusivity(unchecked) var dryQueues: [ReceiveQueue] = []
    @safe @exclusivity(unchecked) var letters: [Letter] = []
    @safe @exclusivity(unchecked) var pool: BlockingPool?
    /// Descriptors whose handle went away before they were clear to close.
    @safe @exclusivity(unchecked) var abandoned: [ObjectIdentifier: OpenDescriptor] = [:]
    @safe @exclusivity(unchecked) var entriesSincePoll = 0
    @safe @exclusivity(unchecked) var lastPoll: Int64 = 0
    /// How many more operations may end inline before the task that runs has to let others run.
    @safe @exclusivity(unchecked) var budget: Int32 = 0
    /// Completions for tokens that name nothing any more. Counted and ignored.
    @safe @exclusivity(unchecked) package private(set) var staleCompletions = 0
    @safe @exclusivity(unchecked) package private(set) var waits = 0
    /// Jobs that came through the inbox: tasks made or resumed on other threads.
    @safe @exclusivity(unchecked) var foreignJobs = 0
    /// What watches the loop at work; nothing unless the options ask for it.
    let debug: LoopDebug?
    /// In debug mode: the task whose first step runs.
    var firstStepOf: AnyFuture?

    /// Where tasks wait, and what the next one that gets there waits for.
    package let parking = Parking()
    @safe @exclusivity(unchecked) var parkingPlace = Parking.Place()

    let home = Home()
    @safe @exclusivity(unchecked) var batch = CompletionBatch()
    /// How many completions one wait may bring.
    package static let completionsMax = CompletionBatch.capacity
    let options: LoopOptions

    // How the loop lives. Owner thread only, but for the atomics.
    @safe @exclusivity(unchecked) var phase = Phase.idle
    @safe @exclusivity(unchecked) var ownerThread: pthread_t?
    var hasKernelBuffers = false
    let stopRequested = Atomic<Bool>(false)
    let isRunning = Atomic<Bool>(false)
    let isClosed = Atomic<Bool>(false)
    /// The rescue thread may run jobs here. Under that thread's lock.
    var isGone = false
    /// The actor that this is the core of. It outlives every run, but a stream or a task may outlive it. Not weak: a weak
    /// reference to an object makes each retain of it a slow one.
    private var actor: Unmanaged<Loop>?
    /// The actor has gone; nobody will run this core any more.
    let isOrphan = Atomic<Bool>(false)
    /// Tasks that were created and have not ended, the ones not yet started included.
    let liveTasks = Atomic<Int>(0)
    let taskNumber = Atomic<Int>(0)
    @safe @exclusivity(unchecked) var unstarted = UnstartedTasks()
    let unstartedElsewhere = UnstartedElsewhere()
    /// Futures that finished with an error, and may go unseen.
    var failed: [FailedFuture] = []
    var failedMax = 16
    let openDescriptors = Atomic<Int>(0)
    var exceptionHandler: ExceptionHandler?
    /// The main actor's work, when the loop has the main thread.
    var mainQueue: MainQueueWatch?
    /// The signals that this loop has handlers for.
    var signals: [Int32: SignalWatch] = [:]
    /// What tells of them, while there are any.
    var signalEvent: SignalEvent?

    enum Phase: UInt8, Comparable {
        /// `ending`: the tasks have had their time to end; everything that waits is interrupted, and nothing new starts.
        case idle, running, closing, ending, closed

        static func < (a: Phase, b: Phase) -> Bool { a.rawValue < b.rawValue }
    }

    init(driver: any Driver, backendName: String, options: LoopOptions, logger: Logger) {
        self.driver = driver
        self.backendName = backendName
        self.options = options
        self.logger = logger
        inbox = Inbox(waker: driver.waker)
        debug = options.debug || options.watchdog != nil ? LoopDebug(options, logger) : nil
        usesKernelBuffers = driver.capabilities.picksBuffers
        let spare = usesKernelBuffers ? 0 : BufferGroup.spareBytes
        buffers = BufferGroup(sliceBytes: options.receiveBufferBytes + spare, slicesMax: options.receiveBuffersMax)
        unsafe parking.executor.core = .passUnretained(self)
        unsafe home.core = .passUnretained(self)
    }

    deinit {
        if phase != .closed { driver.shutDown() }
    }

    /// Called once, by the loop's own initialiser.
    func adopt(_ loop: Loop) {
        unsafe actor = .passUnretained(loop)
    }

    /// The actor, on its thread while it runs or closes.
    var loop: Loop? {
        // SAFETY: whoever runs or closes a loop holds it. The rescue thread runs what is closed.
        guard isOnOwnerThread, phase != .closed else { return nil }
        return unsafe actor?.takeUnretainedValue()
    }

    /// Calls `body` with the actor, if there is one, without a retain of it.
    @inline(__always)
    func withLoop(_ body: (Loop) -> Void) {
        // SAFETY: as above, and whoever runs it does so for longer than this.
        guard isOnOwnerThread, phase != .closed, let actor = unsafe actor else { return }
        unsafe actor._withUnsafeGuaranteedRef { body($0) }
    }

    // MARK: Which thread

    /// Whether the calling thread is running this loop now.
    @inline(__always)
    package var isOnOwnerThread: Bool {
        unsafe swirl_current_loop() == UnsafeMutableRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: Executor

    @usableFromInline
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = ReadyQueue.Entry.job(UnownedJob(job), isIsolated: !swirl_is_launching_nonisolated())
        if isOnOwnerThread {
            ready.append(job)
        } else if !postHolding(.job(job)) {
            // D13: an executor never refuses a job.
            RescueThread.shared.run(job, of: self)
        }
    }

    /// Posts a callback for a caller that holds this core.
    @inline(__always)
    func post(_ handle: Handle) -> Bool {
        // SAFETY: the core holds it. Otherwise it would be retained here.
        unsafe Unmanaged.passUnretained(inbox)._withUnsafeGuaranteedRef { $0.post(handle) }
    }

    /// Posts for a caller that does not hold this core: the runtime does not retain executors, nor a lease its queue.
    ///
    /// What the letter is about holds the core only until the letter is in. The loop may open it, end, and be freed before
    /// this thread has come to wake it.
    func postHolding(_ letter: Letter) -> Bool {
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        // SAFETY: alive until the post; balanced. The reference that this lets go of may be the last: any thread may drop a core.
        unsafe swirl_hold(me)
        defer { unsafe swirl_let_go(me) }
        return inbox.post(letter)
    }

    /// Nothing, rather than false: then the runtime asks `checkIsolated`, which says what to do.
    @usableFromInline
    package func isIsolatingCurrentContext() -> Bool? { isOnOwnerThread ? true : nil }

    @usableFromInline
    package func checkIsolated() {
        precondition(
            isOnOwnerThread, "this code belongs to a loop's thread: reach it by createTask, submit or callSoonThreadsafe")
    }

    @inline(__always)
    func run(_ entry: ReadyQueue.Entry) {
        budget = 128
        if entry.isIsolated {
            unsafe entry.job.runSynchronously(
                isolatedTo: UnownedSerialExecutor(ordinary: self), taskExecutor: UnownedTaskExecutor(ordinary: self))
        } else {
            unsafe entry.job.runSynchronously(on: UnownedTaskExecutor(ordinary: self))
        }
    }

    // MARK: Counting

    func countStaleCompletion() { staleCompletions += 1 }
    func countWait() { waits += 1 }

    package var now: Int64 { driver.now }
}
