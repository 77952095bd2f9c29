// How an operation starts, ends, and is interrupted. See OperationTable.swift for the states, LoopCore+Lines.swift for how it
// waits its turn.

import CSwirlSystem

/// What starting an operation came to.
package enum Started {
    case ended(Int32)
    /// The token's slot waits for its end.
    case waiting(Token)
}

extension LoopCore {
    /// Starts an operation, or puts it at the end of its direction's line. `direction` is what it needs to itself (D14).
    @inline(__always)
    package func start(
        _ operation: Operation, on open: OpenDescriptor?, _ direction: Direction?, sink: CompletionSink? = nil
    ) -> Started {
        let token = slots.reserve()
        if mustQueue(on: open, direction), let open, let direction {
            unsafe enqueue(operation, token, on: open, direction, sink)
            return .waiting(token)
        }
        switch unsafe driver.submit(operation, as: token) {
        case .ended(let result):
            slots.release(token.index)
            return .ended(result)
        case .inFlight:
            attach(token, .inFlight, to: open, direction, sink)
        case .declined:
            attach(token, .pooled, to: open, direction, sink)
            unsafe offload(operation, token)
        }
        return .waiting(token)
    }

    /// A question of its own, or the descriptor would be retained for it.
    @inline(__always)
    private func mustQueue(on open: OpenDescriptor?, _ direction: Direction?) -> Bool {
        guard let open, let direction else { return false }
        return !open.isIdle(direction)
    }

    @inline(__always)
    private func attach(
        _ token: Token, _ state: SlotState, to open: OpenDescriptor?, _ direction: Direction?, _ sink: CompletionSink?
    ) {
        let slot = unsafe slots[token.index]
        unsafe slot.pointee.state = state
        if let sink { unsafe slot.pointee.sink = .passRetained(sink) }
        guard let open else { return }
        unsafe slot.pointee.owner = .passUnretained(open)
        unsafe slot.pointee.direction = direction
        open.inFlight += 1
        switch direction {
        case .input: open.input.current = token.index
        case .output: open.output.current = token.index
        case nil: unsafe link(slot, token.index, into: open)
        }
    }

    /// An operation that ends inline on every driver: a control call, a close of a socket.
    @inline(__always)
    package func startInline(_ operation: Operation) -> Int32 {
        // No slot: the token will not come back.
        guard case .ended(let result) = unsafe driver.submit(operation, as: .inline) else {
            preconditionFailure("an operation that must end inline did not")
        }
        return result
    }

    /// Whether bytes may be sent without waiting: on the loop's thread, where nothing is under way in that direction.
    @usableFromInline
    package func maySendAtOnce(on open: OpenDescriptor) -> Bool {
        isOnOwnerThread && refusal(on: open) == 0 && open.isIdle(.output)
    }

    /// Ends a parked wait. False when it had ended before: whoever waited was cancelled.
    @inline(__always)
    package func wake(_ token: Token, with result: Int32 = 0) -> Bool {
        guard unsafe slots.find(token) != nil else { return false }
        finish(token, result)
        return true
    }

    /// A slot for a wait that no driver knows of: a sleep, a future, a stream's next chunk.
    package func park() -> Token {
        let token = slots.reserve()
        unsafe slots[token.index].pointee.state = .parked
        return token
    }

    // MARK: Ending

    /// The running task is about to step to `parking`, to wait for this.
    @inline(__always)
    package func willPark(_ token: Token, isolation: (any Actor)?) {
        assert(isOnOwnerThread, "a task was taken off the loop's thread before it could wait")
        parkingPlace = Parking.Place(token: token, isIsolated: isolation != nil)
    }

    /// Puts the job of a task that waits into its slot, or into the ready queue when the wait has ended.
    func park(_ job: UnownedJob) {
        let slot = unsafe slots[parkingPlace.token.index]
        let entry = ReadyQueue.Entry.job(job, isIsolated: parkingPlace.isIsolated)
        if unsafe slot.pointee.state == .finished { ready.append(entry) } else { unsafe slot.pointee.job = entry }
    }

    @inline(__always)
    func dispatch(_ completion: Completion) {
        guard let slot = unsafe slots.find(completion.token) else { return countStaleCompletion() }
        unsafe precondition(slot.pointee.state == .inFlight, "D1: a completion for an operation that is not in flight")
        unsafe complete(slot, completion)
    }

    /// Gives a completion, the driver's or the pool's, to whoever is there for it.
    @inline(__always)
    func complete(_ slot: UnsafeMutablePointer<Slot>, _ completion: Completion) {
        guard let sink = unsafe slot.pointee.sink else { return finish(completion.token, completion.result) }
        // SAFETY: with more to come the slot keeps the sink, which has no way to end it from inside.
        if completion.flags.contains(.more) { return unsafe sink._withUnsafeGuaranteedRef { $0.receive(completion) } }
        let strong = unsafe sink.takeRetainedValue()
        detach(completion.token.index)
        slots.release(completion.token.index)
        strong.receive(completion)
    }

    /// An operation that the driver declined has ended in the blocking pool.
    func poolEnded(_ token: Token, _ result: Int32) {
        guard let slot = unsafe slots.find(token) else { return countStaleCompletion() }
        unsafe complete(slot, Completion(token: token, result: result))
    }

    /// Takes a slot out of its descriptor, which may start the next in line or let a close go on.
    private func detach(_ index: UInt32) {
        let slot = unsafe slots[index]
        guard let owner = unsafe slot.pointee.owner else { return }
        unsafe slot.pointee.owner = nil
        // SAFETY: whoever waits keeps the descriptor's object.
        unsafe owner._withUnsafeGuaranteedRef { unsafe left($0, slot) }
    }

    @inline(__always)
    private func left(_ open: OpenDescriptor, _ slot: UnsafeMutablePointer<Slot>) {
        open.inFlight -= 1
        if let direction = unsafe slot.pointee.direction {
            if open[direction].head == Slot.none { open[direction].current = Slot.none } else { advance(open, direction) }
        } else {
            unsafe unlinkOther(slot, from: open)
        }
        if open.state == .closing, open.inFlight == 0 { closeIsClear(open) }
    }

    /// Ends a wait: its token names nothing any more, and whoever waited goes to the end of the ready queue with this result.
    @inline(__always)
    package func finish(_ token: Token, _ result: Int32) {
        guard let slot = unsafe slots.find(token) else { return countStaleCompletion() }
        detach(token.index)
        let flags = unsafe slot.pointee.flags
        if unsafe slot.pointee.timer.index != TimerID.none.index {
            unsafe timers.remove(slot.pointee.timer)
            unsafe slot.pointee.timer = .none
        }
        let result = result == -ECANCELED ? Ending.ofCancelled(flags) : result
        unsafe slots.finish(slot, result)
        let job = unsafe slot.pointee.job
        if job.bits != 0 { ready.append(job) }
    }

    // MARK: Interrupting

    /// Asks a wait to end early; a token that names nothing any more is ignored (D3).
    func interrupt(_ token: Token, _ reason: SlotFlags) {
        guard let slot = unsafe slots.find(token) else { return }
        unsafe slot.pointee.flags.insert(reason)
        switch unsafe slot.pointee.state {
        case .free, .reserved, .finished:
            break
        case .queued:
            guard let open = unsafe slot.pointee.owner?.takeUnretainedValue(), let direction = unsafe slot.pointee.direction
            else { return }
            unlinkQueued(token.index, from: open, direction)
            open.inFlight -= 1
            unsafe slot.pointee.owner = nil
            unsafe complete(slot, Completion(token: token, result: -ECANCELED))
            if open.state == .closing, open.inFlight == 0 { closeIsClear(open) }
        case .inFlight:
            driver.cancel(token)
        case .pooled:
            guard case .ended(let job)? = pool?.cancel(token) else { return }
            if let job { ready.append(.job(job, isIsolated: false)) }
            poolEnded(token, -ECANCELED)
        case .parked:
            if unsafe reason == .cancelled && slot.pointee.flags.contains(.awaitsFuture) {
                unsafe slot.pointee.future?.takeUnretainedValue().cancelHere()
            } else {
                finish(token, -ECANCELED)
            }
        }
    }
}
