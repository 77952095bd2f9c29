// Where the operations of a descriptor stand: in its two lines, each in its turn, or in the list of those that need no turn.

/// An operation whose turn on its descriptor has not come.
@unsafe struct QueuedOperation {
    let operation: Operation
    let token: Token
}

extension LoopCore {
    /// Puts an operation at the end of its direction's line.
    func enqueue(
        _ operation: Operation, _ token: Token, on open: OpenDescriptor, _ direction: Direction, _ sink: CompletionSink?
    ) {
        let slot = unsafe slots[token.index]
        unsafe slot.pointee.state = .queued
        unsafe slot.pointee.direction = direction
        unsafe slot.pointee.owner = .passUnretained(open)
        if let sink { unsafe slot.pointee.sink = .passRetained(sink) }
        unsafe queuedOperations[token.index] = QueuedOperation(operation: operation, token: token)
        open.inFlight += 1
        unsafe slot.pointee.previous = open[direction].tail
        if open[direction].tail == Slot.none {
            open[direction].head = token.index
        } else {
            unsafe slots[open[direction].tail].pointee.next = token.index
        }
        open[direction].tail = token.index
    }

    /// Takes an operation out of its line.
    func unlinkQueued(_ index: UInt32, from open: OpenDescriptor, _ direction: Direction) {
        let slot = unsafe slots[index]
        let (previous, next) = unsafe (slot.pointee.previous, slot.pointee.next)
        if previous == Slot.none { open[direction].head = next } else { unsafe slots[previous].pointee.next = next }
        if next == Slot.none { open[direction].tail = previous } else { unsafe slots[next].pointee.previous = previous }
        unsafe queuedOperations[index] = nil
    }

    /// Puts an operation that needs no turn into its descriptor's list.
    func link(_ slot: UnsafeMutablePointer<Slot>, _ index: UInt32, into open: OpenDescriptor) {
        unsafe slot.pointee.next = open.others
        if open.others != Slot.none { unsafe slots[open.others].pointee.previous = index }
        open.others = index
    }

    func unlinkOther(_ slot: UnsafeMutablePointer<Slot>, from open: OpenDescriptor) {
        let (previous, next) = unsafe (slot.pointee.previous, slot.pointee.next)
        if previous == Slot.none { open.others = next } else { unsafe slots[previous].pointee.next = next }
        if next != Slot.none { unsafe slots[next].pointee.previous = previous }
    }

    /// The operation that had this direction has ended: the next in line starts. One that ends inline lets the next start.
    func advance(_ open: OpenDescriptor, _ direction: Direction) {
        open[direction].current = Slot.none
        while open[direction].current == Slot.none, open[direction].head != Slot.none {
            let index = open[direction].head
            guard let queued = unsafe queuedOperations[index] else {
                preconditionFailure("D14: a queued slot without its operation")
            }
            unlinkQueued(index, from: open, direction)
            let slot = unsafe slots[index]
            unsafe slot.pointee.next = Slot.none
            unsafe slot.pointee.previous = Slot.none
            switch unsafe driver.submit(queued.operation, as: queued.token) {
            case .ended(let result):
                open.inFlight -= 1
                unsafe slot.pointee.owner = nil
                unsafe complete(slot, Completion(token: queued.token, result: result))
            case .inFlight:
                unsafe slot.pointee.state = .inFlight
                open[direction].current = index
            case .declined:
                unsafe slot.pointee.state = .pooled
                open[direction].current = index
                unsafe offload(queued.operation, queued.token)
            }
        }
    }
}
