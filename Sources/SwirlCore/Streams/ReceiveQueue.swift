// What a stream has received and nobody has taken yet, and how it gets more, without holding a buffer while it waits.
//
// Where the kernel picks buffers (io_uring), a multishot receive is armed when somebody waits, with a limit in bytes: the
// connection's share of the group (D15). It ends by itself at the limit, and is armed again by whoever waits next, when
// bytes have been given back. If the group is dry (ENOBUFS), it grows; at its limit the bytes come the other way.
//
// The other way, which is the only one on readiness backends: wait until the socket is readable, then receive in the very
// step that uses the bytes, into the slice used last (decisions/0002).

import CSwirlSystem

package final class ReceiveQueue: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread; a chunk on another thread only posts its lease.
    package let open: OpenDescriptor
    final var core: LoopCore { open.core }

    /// Bytes of this connection that lie in the group: leased, or waiting here.
    @safe @exclusivity(unchecked) var held = 0
    /// Received and not taken: the first, and those behind it.
    @safe @exclusivity(unchecked) private var first: Piece?
    @safe @exclusivity(unchecked) private var rest: [Piece] = []
    @safe @exclusivity(unchecked) private var waiter: Token?
    private var moreWaiters: [Token] = []
    /// A multishot receive is in flight.
    @safe @exclusivity(unchecked) private var isArmed = false
    /// The group was dry and could not grow: the next bytes come the other way.
    @safe @exclusivity(unchecked) private var isStarved = false
    /// 0 after the end of the stream, else the error that ended it.
    @safe @exclusivity(unchecked) private var end: Int32?

    package init(_ open: OpenDescriptor) {
        self.open = open
    }

    deinit {
        guard let first else { return }
        let pieces = [first] + rest
        let posted = core.callOnLoop { core in
            for piece in pieces { core.giveBack(piece) }
        }
        if !posted { for piece in pieces where piece.isPrivate { unsafe piece.start.deallocate() } }
    }

    /// Gives back what nobody took: the stream is closed, and its object may live on.
    package func drop() {
        while let lease = pop() { lease.end() }
    }

    /// Whether bytes may be on their way here, so that a plain receive would overtake them.
    package var isInUse: Bool { first != nil || isArmed || end != nil }

    /// The next bytes, or a result: 0 at the end of the stream, negative for an error or an `Ending`.
    package nonisolated(nonsending) func next(deadline: Int64) async -> (lease: Lease?, result: Int32) {
        while true {
            let refusal = core.refusal(on: open)
            if refusal < 0 { return (nil, refusal) }
            if let lease = pop() { return (lease, 1) }
            if let end { return (nil, end) }
            let result: Int32
            if core.usesKernelBuffers && !isStarved && held < core.options.receiveShareBytes {
                result = await waitForArrival(deadline)
            } else {
                let (lease, received) = receiveNow()
                if let lease { return (lease, 1) }
                if received != -EAGAIN {
                    end = received
                    continue
                }
                result = await unsafe core.perform(.poll(open.descriptor, .input), on: open, .input, deadline: deadline)
            }
            if result < 0 { return (nil, result) }
        }
    }

    /// Copies the next bytes out: for whoever reads into memory of their own while a receive may be armed.
    package nonisolated(nonsending) func read(into bytes: UnsafeMutableRawBufferPointer, deadline: Int64) async -> Int32 {
        var (lease, result) = await next(deadline: deadline)
        guard lease != nil else { return result }
        let count = unsafe min(bytes.count, lease!.bytes.count)
        unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: lease!.bytes[..<count]))
        lease!.taken += count
        if lease!.taken == lease!.count { lease!.end() } else { putBack(lease!) }
        return Int32(count)
    }

    @inline(__always)
    private func pop() -> Lease? {
        guard let piece = first else { return nil }
        first = rest.isEmpty ? nil : rest.removeFirst()
        return Lease(piece, queue: self)
    }

    private func putBack(_ lease: Lease) {
        if let first { rest.insert(first, at: 0) }
        first = lease.piece
    }

    // MARK: The kernel picks

    private nonisolated(nonsending) func waitForArrival(_ deadline: Int64) async -> Int32 {
        if !isArmed {
            let result = arm()
            if result < 0 { return result }
        }
        let token = core.park()
        if waiter == nil { waiter = token } else { moreWaiters.append(token) }
        let result = await core.wait(for: token, deadline: deadline)
        if result < 0 { forget(token) }
        return result
    }

    /// A wait that ended by itself: else one that expires again and again while nothing comes would leave a token each time.
    private func forget(_ token: Token) {
        if waiter == token {
            waiter = moreWaiters.isEmpty ? nil : moreWaiters.removeFirst()
        } else {
            moreWaiters.removeAll { $0 == token }
        }
    }

    private func arm() -> Int32 {
        let limit = UInt32(core.options.receiveShareBytes - held)
        switch unsafe core.start(.receiveGroup(open.descriptor, limit: limit), on: open, .input, sink: self) {
        case .ended(let result): return result
        case .waiting: isArmed = true
        }
        return 0
    }

    override func receive(_ completion: Completion) {
        if !completion.flags.contains(.more) { isArmed = false }
        if completion.result > 0 {
            arrived(completion)
        } else if completion.result == -ENOBUFS {
            // The group is dry: it grows and the receive is armed again, or the bytes come the other way.
            if !core.growKernelBuffers() { isStarved = true }
            if waiter != nil && !isStarved && open.state == .open && core.phase < .ending {
                let result = arm()
                if result == 0 { return }
                end = result
            }
        } else if completion.result == -ECANCELED {
            // Closing, or nobody knows why: whoever waits looks for itself.
            if open.state != .open { end = Ending.closed }
        } else {
            end = completion.result
        }
        wakeOne()
        // Nobody else will come to wake those behind: they look for themselves, and who finds nothing arms again.
        while !isArmed && waiter != nil { wakeOne() }
    }

    @inline(__always)
    private func arrived(_ completion: Completion) {
        let count = Int(completion.result)
        guard completion.flags.contains(.buffer) else { preconditionFailure("a group receive without a buffer") }
        let bytes = unsafe core.buffers.arrived(
            in: completion.buffer, count: count, isFilled: !completion.flags.contains(.bufferMore))
        held += count
        let piece = unsafe Piece(start: bytes.baseAddress!, count: count, buffer: Int32(completion.buffer))
        if first == nil {
            first = piece
        } else if !join(piece) {
            rest.append(piece)
        }
    }

    /// Bytes that lie right behind the last ones not taken become one piece with them: one write instead of two.
    private func join(_ piece: Piece) -> Bool {
        guard var last = rest.last ?? first, last.buffer == piece.buffer, unsafe last.start + last.count == piece.start else {
            return false
        }
        last.count += piece.count
        core.buffers.join(UInt16(piece.buffer))
        if rest.isEmpty { first = last } else { rest[rest.count - 1] = last }
        return true
    }

    @inline(__always)
    private func wakeOne() {
        guard let token = waiter else { return }
        waiter = moreWaiters.isEmpty ? nil : moreWaiters.removeFirst()
        if !core.wake(token), waiter != nil { wakeOne() }
    }

    // MARK: The core picks

    /// Receives without waiting into the slice used last, or, past the group's limit or the connection's share, into
    /// memory as large as what came.
    @inline(__always)
    private func receiveNow() -> (Lease?, Int32) {
        guard open.input.current == Slot.none else { return (nil, -EAGAIN) }
        if !core.usesKernelBuffers, held < core.options.receiveShareBytes, let (buffer, memory) = unsafe core.buffers.pick() {
            let result = unsafe core.startInline(.receiveNow(open.descriptor, into: memory))
            guard result > 0 else {
                core.buffers.unpick(buffer)
                return (nil, result)
            }
            let bytes = unsafe core.buffers.lease(buffer, count: Int(result))
            held += Int(result)
            return unsafe (Lease(start: bytes.baseAddress!, count: Int(result), buffer: buffer, queue: self), result)
        }
        guard let scratch = unsafe core.buffers.scratchMemory() else { return (nil, -ENOMEM) }
        let result = unsafe core.startInline(.receiveNow(open.descriptor, into: scratch))
        guard result > 0 else { return (nil, result) }
        isStarved = false
        return unsafe (Lease(copying: UnsafeRawBufferPointer(rebasing: scratch[..<Int(result)]), for: self), result)
    }
}
