// Waiting for a future, and what a cancellation of who waits does to it.
//
// asyncio's rule: cancelling a task cancels what it waits for. So a task that is cancelled while it awaits a future cancels
// the future, and a task that awaits another task cancels that one and sees it end; who wants otherwise shields it. asyncio
// cancels also what a task awaits next, when the request came while it ran. In Swift a request is never taken back, so here
// everything is cancelled that a cancelled task awaits unshielded. It makes no difference then whether a request comes just
// before a wait or during it.
//
// The slot of such a wait names the future. For a root task `cancelHere` finds it there, for a child task or a stranger
// `LoopCore.interrupt` does, when the handler's letter comes. A wait for several futures names a `Gathering` of them.

extension Ending {
    /// A task that awaits itself would wait for ever.
    static let awaitsItself: Int32 = -5101
}

extension AnyFuture {
    /// Suspends the running task until the future is done, and cancels the future when the task is cancelled.
    ///
    /// - Returns: 0, or an `Ending` when it is still pending.
    @inline(__always)
    final nonisolated(nonsending) func wait(deadline: Int64 = .max) async -> Int32 {
        guard core.isOnOwnerThread else { return await waitElsewhere(deadline: deadline) }
        guard stateNow == .pending else { return core.spendBudget() ? await letOthersRun() : 0 }
        if unsafe SwiftTask.isCancelled(SwiftTask.current) { return await waitCancelled(deadline) }
        switch startWaiting(passingOnCancellation: true) {
        case .ended(let result): return result
        case .waiting(let token): return await core.wait(for: token, deadline: deadline)
        }
    }

    /// The same, but the future does not hear of a cancellation: that ends the wait. One that came before does not even that.
    final nonisolated(nonsending) func waitShielded(deadline: Int64 = .max) async -> Int32 {
        guard core.isOnOwnerThread else {
            if stateNow != .pending { return 0 }
            return await core.onLoop { [self] _ in await waitShielded(deadline: deadline) } ?? Ending.loopClosed
        }
        guard stateNow == .pending else { return core.spendBudget() ? await letOthersRun() : 0 }
        switch startWaiting(passingOnCancellation: false) {
        case .ended(let result): return result
        case .waiting(let token): return await core.waitOnceMore(for: token, deadline: deadline)
        }
    }

    /// From another thread, or from another loop: the task hops to the future's loop and back.
    private final nonisolated(nonsending) func waitElsewhere(deadline: Int64) async -> Int32 {
        if stateNow != .pending { return 0 }
        return await core.onLoop { [self] _ in await wait(deadline: deadline) } ?? Ending.loopClosed
    }

    /// What is done is an operation that ends inline: a task that awaits nothing else lets others run now and then.
    @inline(never)
    private final nonisolated(nonsending) func letOthersRun() async -> Int32 {
        await core.yield()
        return 0
    }

    /// The task was cancelled before it waits: so is the future, once. A task that swallows its errors and tries again lets
    /// others run all the same.
    @inline(never)
    private final nonisolated(nonsending) func waitCancelled(_ deadline: Int64) async -> Int32 {
        if core.phase < .ending {
            core.cancelForRunningTask(self)
            _ = await core.refused(0)
            if stateNow != .pending { return 0 }
        }
        return await waitOnceMore(deadline: deadline)
    }

    /// As `wait`, for a caller that has cancelled the future where it had to: only a cancellation that comes meanwhile is passed
    /// on.
    final nonisolated(nonsending) func waitOnceMore(deadline: Int64 = .max) async -> Int32 {
        guard stateNow == .pending else { return core.spendBudget() ? await letOthersRun() : 0 }
        switch startWaiting(passingOnCancellation: true) {
        case .ended(let result): return result
        case .waiting(let token): return await core.waitOnceMore(for: token, deadline: deadline)
        }
    }

    /// Starts waiting; the slot's wait ends when the future is done.
    private final func startWaiting(passingOnCancellation: Bool) -> Started {
        if core.phase >= .ending { return .ended(Ending.loopClosed) }
        if let mine = unsafe runningTask, unsafe mine == SwiftTask.current { return .ended(Ending.awaitsItself) }
        let token = core.park()
        if passingOnCancellation { core.name(self, in: token) }
        add(.waiter(token))
        return .waiting(token)
    }
}

extension LoopCore {
    /// Has a cancellation of this wait go to the future instead, which the caller holds until the wait has ended.
    @inline(__always)
    func name(_ future: AnyFuture, in token: Token) {
        let slot = unsafe slots[token.index]
        unsafe slot.pointee.flags = .awaitsFuture
        // SAFETY: whoever waits holds the future until the slot is released.
        unsafe slot.pointee.future = .passUnretained(future)
    }

    /// The future that a wait is for, if a cancellation of it goes to one.
    func awaited(in token: Token) -> AnyFuture? {
        guard let slot = unsafe slots.find(token), unsafe slot.pointee.state == .parked,
            unsafe slot.pointee.flags.contains(.awaitsFuture)
        else { return nil }
        // SAFETY: as in `name`.
        return unsafe slot.pointee.future?.takeUnretainedValue()
    }

    /// The future that a task waits for, if it waits for one.
    func awaited(by task: UnsafeRawPointer?) -> AnyFuture? {
        guard isOnOwnerThread, let token = unsafe tasks.waiting(task) else { return nil }
        return awaited(in: token)
    }

    /// As `wait(for:)`, but a cancellation that came before does not end it. One that comes meanwhile does, where somebody
    /// tells: a root task's `cancel` does so again and again, Swift's own only once.
    nonisolated(nonsending) func waitOnceMore(for token: Token, deadline: Int64 = .max) async -> Int32 {
        let task = unsafe SwiftTask.current
        guard unsafe SwiftTask.isCancelled(task) else { return await wait(for: token, deadline: deadline) }
        if deadline != .max { unsafe slots[token.index].pointee.timer = timers.insert(at: deadline, .expire(token)) }
        _ = unsafe tasks.setWaiting(task, for: token)
        return await suspend(token)
    }
}
