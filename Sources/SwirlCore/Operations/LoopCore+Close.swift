import CSwirlSystem

extension LoopCore {
    /// Closes a descriptor: refuses new operations, cancels what is under way, sees it end, gives the number back (D9).
    ///
    /// Directly when nothing is in flight. Everyone who calls it returns once the descriptor is closed; all but the first
    /// do nothing else. Not cancellable: it waits only for cancelled operations to end.
    package nonisolated(nonsending) func close(_ open: OpenDescriptor) async -> Int32 {
        guard isOnOwnerThread else {
            if let result = await onLoop({ [self] _ in await close(open) }) { return result }
            abandon(open)
            return Ending.loopClosed
        }
        switch beginClosing(open) {
        case .ended(let result): return result
        case .waiting(let token): return await suspend(token)
        }
    }

    /// Starts closing. The token's wait ends when it is closed.
    private func beginClosing(_ open: OpenDescriptor) -> Started {
        if open.state == .closed { return .ended(0) }
        let isFirst = open.state == .open
        if isFirst {
            open.state = .closing
            if open.inFlight == 0, let result = closeNow(open) { return .ended(result) }
        }
        let token = slots.reserve()
        open.closeWaiters.append(token)
        if isFirst && open.inFlight > 0 { interruptAll(on: open) }
        return .waiting(token)
    }

    /// For a handle that goes away without a close: the same, with nobody waiting. On any thread, and after the loop's close.
    package func abandon(_ open: OpenDescriptor) {
        guard isOnOwnerThread else { return callEventually { $0.abandon(open) } }
        guard open.state == .open else { return }
        if options.debug { debug?.report(.unclosed("\(open.descriptor)")) }
        open.state = .closing
        if open.inFlight > 0 {
            abandoned[ObjectIdentifier(open)] = open
            interruptAll(on: open)
        } else {
            closeNow(open)
        }
    }

    private func interruptAll(on open: OpenDescriptor) {
        for index in waiting(on: open) {
            unsafe interrupt(Token(index: index, generation: slots[index].pointee.generation), .closing)
        }
    }

    /// Every slot of a descriptor, those in line first: so that none of them starts when the one before it ends.
    private func waiting(on open: OpenDescriptor) -> [UInt32] {
        var all: [UInt32] = []
        for head in [open.input.head, open.output.head, open.others] {
            var index = head
            while index != Slot.none {
                all.append(index)
                index = unsafe slots[index].pointee.next
            }
        }
        for index in [open.input.current, open.output.current] where index != Slot.none { all.append(index) }
        return all
    }

    /// Nothing is in flight any more on a closing descriptor.
    func closeIsClear(_ open: OpenDescriptor) {
        abandoned[ObjectIdentifier(open)] = nil
        closeNow(open)
    }

    /// Gives the number back, and says with which result. A file's close may be the driver's or the pool's to do: then there
    /// is none yet. The state says `closed`, and whoever closes goes on, when it is done.
    @discardableResult
    private func closeNow(_ open: OpenDescriptor) -> Int32? {
        // On the rescue thread there is no driver any more. When the loop ends the pool has no inbox to answer to, and nobody
        // is left whom a close that takes its time would keep waiting.
        if phase == .closed || (phase == .ending && open.descriptor.isFile) {
            return closed(open, unsafe Perform.directly(.close(open.descriptor)))
        }
        switch unsafe start(.close(open.descriptor), on: nil, nil) {
        case .ended(let result):
            return closed(open, result)
        case .waiting(let token):
            unsafe slots[token.index].pointee.sink = .passRetained(EndSink { [self] in closed(open, $0) })
            return nil
        }
    }

    @discardableResult
    private func closed(_ open: OpenDescriptor, _ result: Int32) -> Int32 {
        open.state = .closed
        let waiters = open.closeWaiters
        open.closeWaiters = []
        for token in waiters { finish(token, result) }
        return result
    }
}

/// A sink for an operation whose end starts something else.
private final class EndSink: CompletionSink {
    private let body: (Int32) -> Void

    init(_ body: @escaping (Int32) -> Void) {
        self.body = body
    }

    override func receive(_ completion: Completion) {
        body(completion.result)
    }
}
