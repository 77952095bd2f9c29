// How a cancellation goes from a task to what it waits for, and on from there.
//
// Tasks that wait for each other may be many, and each may gather several: the way is followed in a loop, not by calls that
// call each other. They may even stand in a circle, where nobody could end before the other: then the one whose wait closes the
// circle has its wait ended. A task that itself cancels what it waits for, or is about to, counts as one that waits for it.

/// What asking a future to end came to.
enum CancelRequest {
    /// It is done, now or before.
    case over
    /// It is a task, and waits for this, if it waits.
    case asked(Token?)
    /// It is a task that this very cancellation comes from.
    case circle
    /// It stands for these.
    case all([AnyFuture])
}

extension Ending {
    /// A task waited, maybe through others, for one that passed its cancellation on to it.
    static let circle: Int32 = -5103
}

/// A cancellation on its way. On the loop's thread.
private struct Cancellation {
    private enum Step {
        /// To cancel a future, which this wait is for, if one is.
        case cancel(AnyFuture, waitedForBy: Token?)
        /// What the task waits for has been cancelled.
        case passedOn(AnyFuture)
    }

    let core: LoopCore
    /// What is left to do, the next last.
    private var steps: [Step] = []
    /// Once each, or a few tasks that gather each other's tasks would be very many ways.
    private var gatherings: Set<AnyFuture> = []

    init(core: LoopCore) {
        self.core = core
    }

    mutating func cancel(_ future: AnyFuture, waitedForBy waiter: Token?) {
        step(future, waiter)
        while let next = steps.popLast() {
            switch next {
            case .cancel(let future, let waiter): step(future, waiter)
            case .passedOn(let task): task.isPassingOnCancel = false
            }
        }
    }

    private mutating func step(_ future: AnyFuture, _ waiter: Token?) {
        switch future.requestCancel() {
        case .over, .asked(nil):
            break
        case .asked(let token?):
            guard let next = core.passOnCancel(of: token) else { return core.interrupt(token, .cancelled) }
            future.isPassingOnCancel = true
            steps.append(.passedOn(future))
            steps.append(.cancel(next, waitedForBy: token))
        case .circle:
            if let waiter, unsafe core.slots.find(waiter) != nil { core.finish(waiter, Ending.circle) }
        case .all(let futures):
            guard gatherings.insert(future).inserted else { return }
            for future in futures.reversed() { steps.append(.cancel(future, waitedForBy: waiter)) }
        }
    }
}

extension AnyFuture {
    /// Cancels a future; asks a task to end, and cancels what it waits for. On the loop's thread.
    ///
    /// - Parameter waiter: the wait for this one that the cancellation comes from.
    final func cancelHere(waitedForBy waiter: Token? = nil) {
        var cancellation = Cancellation(core: core)
        cancellation.cancel(self, waitedForBy: waiter)
    }

    /// Runs `body`, which cancels what this task waits for: who waits for the task closes a circle.
    fileprivate final func passingOnCancel(_ body: () -> Void) {
        let before = isPassingOnCancel
        isPassingOnCancel = true
        body()
        isPassingOnCancel = before
    }
}

extension LoopCore {
    /// Cancels a future for the running task, which waits for it next.
    func cancelForRunningTask(_ future: AnyFuture) {
        guard let task = unsafe tasks.task(SwiftTask.current) else { return future.cancelHere() }
        task.passingOnCancel { future.cancelHere() }
    }

    /// Ends the wait that a task is in, or cancels what it waits for, without cancelling the task.
    func cancelWait(_ token: Token, of task: AnyFuture) {
        guard let future = passOnCancel(of: token) else { return interrupt(token, .cancelled) }
        task.passingOnCancel { future.cancelHere(waitedForBy: token) }
    }

    /// Whom the cancellation of a wait goes to instead. Nobody: it ends the wait.
    fileprivate func passOnCancel(of token: Token) -> AnyFuture? {
        guard let future = awaited(in: token) else { return nil }
        // SAFETY: `awaited` has just found the slot.
        unsafe slots[token.index].pointee.flags.insert(.cancelled)
        return future
    }
}
