// How a loop is bound to its thread, runs, and closes.

import CSwirlSystem
import Logging
import Synchronization
import SystemPackage

extension LoopCore {
    /// Binds the loop to the calling thread, for life, and makes it this thread's current loop until `leave`.
    private func enter() throws(LoopError) {
        try claim()
        do throws(Errno) {
            try bind()
        } catch {
            isRunning.store(false, ordering: .releasing)
            throw .cannotStart("\(backendName): \(error)")
        }
        do throws(Errno) {
            try openKernelBuffers()
        } catch {
            isRunning.store(false, ordering: .releasing)
            throw .cannotStart("\(backendName): no ring of receive buffers: \(error)")
        }
        occupyThread()
    }

    private func bind() throws(Errno) {
        if ownerThread != nil { return }
        try driver.attach()
        ownerThread = pthread_self()
    }

    private func occupyThread() {
        unsafe swirl_set_current_loop(Unmanaged.passUnretained(self).toOpaque())
        debug?.watchdog?.start()
    }

    /// Takes the loop for this thread, if this thread may run it.
    private func claim() throws(LoopError) {
        if isClosed.load(ordering: .acquiring) { throw .closed }
        if isOnOwnerThread { throw .alreadyRunning }
        try Self.expectNoLoopHere()
        // Two threads that run the loop at the same time: the exchange lets one in.
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            throw .alreadyRunning
        }
        if let owner = ownerThread, pthread_equal(owner, pthread_self()) == 0 {
            isRunning.store(false, ordering: .releasing)
            if options.debug { debug?.report(.wrongThread(call: "run or close")) }
            throw .wrongThread
        }
    }

    /// Refuses what `enter` would refuse, and does nothing else.
    func expectRunnable() throws(LoopError) {
        try claim()
        isRunning.store(false, ordering: .releasing)
    }

    static func expectNoLoopHere() throws(LoopError) {
        if unsafe swirl_current_loop() != nil { throw .anotherLoopIsRunning }
    }

    private func leave() {
        debug?.watchdog?.stop()
        swirl_set_current_loop(nil)
        isRunning.store(false, ordering: .releasing)
    }

    /// Runs until `stop`. One turn, when that was asked for before. `begin` comes first, on the loop's thread.
    func runForever(_ begin: (LoopCore) -> Void = { _ in }) throws(LoopError) {
        try enter()
        defer { leave() }
        phase = .running
        serveMainActor()
        begin(self)
        runTurns()
        stopRequested.store(false, ordering: .relaxed)
        phase = .idle
    }

    func stop() {
        stopRequested.store(true, ordering: .sequentiallyConsistent)
        inbox.notify()
    }

    // MARK: Closing

    /// Cancels the tasks, drains, ends everything in flight, and frees the driver.
    ///
    /// - Returns: how many tasks had not ended in time.
    func close() throws(LoopError) -> Int {
        if isClosed.load(ordering: .acquiring) { return 0 }
        if isRunning.load(ordering: .acquiring) { throw .cannotCloseWhileRunning }
        try claim()
        do throws(Errno) {
            try bind()
        } catch {
            // Its driver cannot be bound to this thread: it has never run, and never will.
            closeUnrun()
            isRunning.store(false, ordering: .releasing)
            return 0
        }
        // For tasks that are still at work. Without it they receive into memory of their own.
        _ = try? openKernelBuffers()
        occupyThread()
        defer { leave() }
        phase = .closing
        let deadline = LoopClock.Instant(nanoseconds: now).advanced(by: options.closeDeadline).nanoseconds
        // A task is in the registry once for each timeout scope that it is in.
        let pending = Set(tasks.all)
        if options.debug { for task in pending { debug?.report(.pendingAtClose(task: task.label)) } }
        for task in pending { task.cancelHere() }
        // Other threads may make more at any moment: those begin cancelled, and are not left behind.
        var left = 0
        runTurns(until: deadline) {
            left = liveTasks.load(ordering: .acquiring)
            return left == 0
        }
        removeSignalHandlers()
        mainQueue?.end()
        mainQueue = nil
        phase = .ending
        endAllWaits { true }
        isClosed.store(true, ordering: .releasing)
        // Posts that came in before the inbox closed are done; what comes later is refused, jobs go to the rescue thread.
        for letter in inbox.close() { open(letter) }
        // Whatever the time is: what was accepted is called.
        runReady()
        endAllWaits { ready.isEmpty || now >= deadline }
        stopPool(until: deadline)
        reportAllUnretrieved()
        phase = .closed
        letGo()
        if left > 0 { logger.error("\(LoopError.closedWithTasks(left))") }
        if options.debug, foreignJobs > 0 { debug?.report(.foreignResumptions(foreignJobs)) }
        RescueThread.shared.take(over: self)
        return left
    }

    /// Closes a loop that has never run, for one that nobody will run: on any thread, and only one does so. What was posted to
    /// it ends here; its tasks do on the rescue thread.
    func closeUnrun() {
        // Other loops may run on this thread.
        let before = unsafe swirl_current_loop()
        unsafe swirl_set_current_loop(Unmanaged.passUnretained(self).toOpaque())
        phase = .closed
        isClosed.store(true, ordering: .releasing)
        for letter in inbox.close() { open(letter) }
        reportAllUnretrieved()
        letGo()
        unsafe swirl_set_current_loop(before)
        RescueThread.shared.take(over: self)
    }

    /// The last that the loop does: frees the driver, and what would hold something for ever. Jobs go to the rescue thread.
    private func letGo() {
        // A timer that is not due any more would hold its callback, and through that maybe this core. Swapped: what goes with it
        // may ask for timers.
        var old = TimerHeap()
        swap(&timers, &old)
        _ = consume old
        // They hold this core.
        dryQueues = []
        driver.shutDown()
        while !ready.isEmpty {
            let entry = ready.removeFirst()
            if let handle = entry.takeHandle() { handle.cancel() } else { RescueThread.shared.run(entry, of: self) }
        }
        // It may have captured the loop. What fails later is logged.
        let handler = exceptionHandler
        exceptionHandler = nil
        withExtendedLifetime(handler) {}
    }

    private func stopPool(until deadline: Int64) {
        let left = pool?.stop(within: max(0, deadline - now)) ?? 0
        pool = nil
        if left > 0 {
            logger.warning("the event loop is closed, but \(left) abandoned calls of runBlocking had not ended in time")
        }
    }

    /// Every wait ends, also of tasks of other executors and of multishot operations; D9 wants none in flight.
    ///
    /// Without a limit: the kernel may still write to the memory of what is in flight (D4). Nobody can add to it.
    private func endAllWaits(_ isEnough: () -> Bool) {
        for token in slots.waits { interrupt(token, .loopClosing) }
        runTurns(until: .max) { slots.isAtRest && isEnough() }
    }

    private func runTurns(until deadline: Int64, _ isDone: () -> Bool) {
        guard !isDone() else { return }
        let alarm = timers.insert(at: deadline, .nothing)
        while !isDone() && now < deadline { turn() }
        timers.remove(alarm)
    }

    func taskEnded() {
        liveTasks.wrappingSubtract(1, ordering: .releasing)
    }

    /// For an error that reaches nobody: the loop's exception handler, or the log.
    func report(_ error: any Error, _ context: String) {
        if let exceptionHandler { exceptionHandler(error, context) } else { log(error, context) }
    }

    /// The same from any thread, once the loop is closed.
    func log(_ error: any Error, _ context: String) {
        logger.error("\(context)", metadata: ["error": "\(error)"])
    }
}
