// The only `await` on IO.
//
// Facts. A result without suspension costs 12 to 17 ns, a switch 180 to 340, a cancellation handler another 150 to 240. On
// readiness backends most sends and many receives end inline; on every backend root tasks are the many, child tasks the few.
//
// So: try first, and only what did not end inline suspends. A root task (one that the loop made) needs no cancellation
// handler: `LoopTask.cancel` finds through `waitingFor` what it waits for. Child tasks and strangers get a handler, which
// posts a request to the inbox and does nothing else, because it runs on any thread and maybe under the runtime's locks.
//
// Operations that end inline spend a budget, or a task whose peer is always ready would keep the loop for ever. So do those
// that are refused, or a cancelled task that swallows its errors and tries again would.

import CSwirlSystem

extension LoopCore {
    /// Performs an operation and gives its result: a value, a negative error number, or an `Ending`.
    ///
    /// The memory that `operation` names stays valid because this function returns only after the terminal completion.
    @inline(__always)
    package nonisolated(nonsending) func perform(
        _ operation: Operation, on open: OpenDescriptor?, _ direction: Direction?, deadline: Int64 = .max
    ) async -> Int32 {
        guard isOnOwnerThread else { return await unsafe performRemotely(operation, on: open, direction, deadline: deadline) }
        // First yield, then ask: what happened meanwhile must not be lost.
        if spendBudget() { await yield() }
        let refusal = refusal(on: open)
        if refusal < 0 { return refusal }
        switch unsafe start(operation, on: open, direction) {
        case .ended(let result):
            return result
        case .waiting(let token):
            return await wait(for: token, deadline: deadline)
        }
    }

    /// Counts an operation that may end inline. True when the task has had its share: then it lets others run.
    @inline(__always)
    package func spendBudget() -> Bool {
        budget -= 1
        return budget < 0
    }

    /// Whether the next operation that counts would let others run first.
    @inline(__always)
    package var isBudgetSpent: Bool { budget <= 0 }

    /// Why no new operation may start now, or 0.
    @inline(__always)
    package func refusal(on open: OpenDescriptor?) -> Int32 {
        if phase >= .ending { return Ending.loopClosed }
        if let open, open.state != .open { return Ending.closed }
        if unsafe SwiftTask.isCancelled(SwiftTask.current) { return Ending.cancelled }
        return 0
    }

    /// Counts a refusal like an operation that ends inline. For what does not spend the budget before it asks for refusals.
    @inline(never)
    package nonisolated(nonsending) func refused(_ refusal: Int32) async -> Int32 {
        if spendBudget() { await yield() }
        return refusal
    }

    /// Suspends the running task until the slot's wait ends.
    @inline(__always)
    package nonisolated(nonsending) func wait(for token: Token, deadline: Int64 = .max) async -> Int32 {
        guard prepareWait(for: token, deadline: deadline) else { return await waitWithHandler(for: token) }
        return await suspend(token)
    }

    /// The same without a look at cancellation. See Parking.swift.
    @inline(__always)
    package nonisolated(nonsending) func suspend(_ token: Token) async -> Int32 {
        willPark(token, isolation: #isolation)
        return await parking.result(of: token)
    }

    /// Sets the deadline, and puts down what the running task waits for. False when it is not one of the loop's own.
    package func prepareWait(for token: Token, deadline: Int64) -> Bool {
        let task = unsafe SwiftTask.current
        guard unsafe prepareWait(of: task, for: token, deadline: deadline) else { return false }
        // A cancel that came before found nothing that the task waited for.
        if unsafe SwiftTask.isCancelled(task) { interrupt(token, .cancelled) }
        return true
    }

    /// The same for who has just asked `refusal`, and has let nothing else run since.
    package func prepareWaitAfterRefusal(for token: Token, deadline: Int64) -> Bool {
        unsafe prepareWait(of: SwiftTask.current, for: token, deadline: deadline)
    }

    @inline(__always)
    private func prepareWait(of task: UnsafeRawPointer?, for token: Token, deadline: Int64) -> Bool {
        if deadline != .max { unsafe slots[token.index].pointee.timer = timers.insert(at: deadline, .expire(token)) }
        return unsafe tasks.setWaiting(task, for: token)
    }

    /// As `wait`, for child tasks and for tasks that this loop did not make.
    package nonisolated(nonsending) func waitWithHandler(for token: Token) async -> Int32 {
        await waitWithHandler(for: token, isolation: #isolation)
    }

    /// The closure takes its caller's isolation with it. One of no isolation runs where its task prefers to be, and that is
    /// another thread for a foreign task that is here by its isolation alone.
    private func waitWithHandler(for token: Token, isolation: isolated (any Actor)?) async -> Int32 {
        await withTaskCancellationHandler {
            _ = isolation
            return await suspend(token)
        } onCancel: {
            _ = inbox.post(.cancel(token))
        }
    }

    /// Lets everything run that is ready now, then goes on.
    ///
    /// Not an end of it that the close of the loop waits for: who yields may do so again and again.
    package nonisolated(nonsending) func yield() async {
        _ = await suspend(slots.reserveFinished())
    }

    // MARK: From other threads

    /// The same for a caller on another thread: its task hops to the loop's thread, performs the operation there, and goes on
    /// where it was.
    ///
    /// There, and not where the caller is: a continuation that another thread resumes before its task has suspended passes
    /// the result without anything that ThreadSanitizer sees.
    @inline(never)
    private nonisolated(nonsending) func performRemotely(
        _ operation: Operation, on open: OpenDescriptor?, _ direction: Direction?, deadline: Int64
    ) async -> Int32 {
        // SAFETY: what it names is lent by the caller, who waits here.
        nonisolated(unsafe) let operation = unsafe operation
        return await onLoop { [self] _ in
            unsafe await perform(operation, on: open, direction, deadline: deadline)
        } ?? Ending.loopClosed
    }
}
