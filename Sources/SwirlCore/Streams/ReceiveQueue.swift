// What a stream has received and nobody has taken yet, and how it gets more, without holding a buffer while it waits.
//
// Where the kernel picks buffers (io_uring), a multishot receive is armed when somebody waits, with a limit in bytes: the
// connection's share of the group (D15). It ends by itself at the limit, and is armed again by whoever waits next, when
// bytes have been given back. If the group is dry (ENOBUFS), it stands in line for a buffer (LoopCore+DryRing.swift); where
// there will be none the bytes come the other way.
//
// The other way, which is the only one on readiness backends: wait until the socket is readable, then receive in the very
// step that uses the bytes, into the slice used last (decisions/0002).

import CSwirlSystem

@usableFromInline
package final class ReceiveQueue: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread; a chunk on another thread only posts its lease.
    package let open: OpenDescriptor
    package let core: LoopCore

    // What every receive touches comes first, within a cache line or two.

    /// Bytes of this connection that lie in the group: leased, or waiting here.
    @safe @exclusivity(unchecked) var held = 0
    /// Leases that have not ended, those that wait here included.
    @safe @exclusivity(unchecked) var leases: Int32 = 0
    /// From its first lease on the queue retains itself, until it is discarded and no lease is left.
    @safe @exclusivity(unchecked) var isSelfRetained = false
    /// The stream is gone: nobody will take what comes.
    @safe @exclusivity(unchecked) var isDiscarded = false
    /// 0 after the end of the stream, else the error that ended it.
    @safe @exclusivity(unchecked) var end: Int32 = 0 { didSet { hasEnded = true } }
    @safe @exclusivity(unchecked) private var hasEnded = false
    /// Whether anything is received and not taken.
    @safe @exclusivity(unchecked) private var hasLease = false
    /// A multishot receive is in flight, or in line for a buffer.
    @safe @exclusivity(unchecked) private var isArmed = false
    /// No buffer could be had: the next bytes come the other way.
    @safe @exclusivity(unchecked) var isStarved = false
    @safe @exclusivity(unchecked) private var waiter = Token.inline

    /// Received and not taken: the first, and those behind it.
    @safe @exclusivity(unchecked) private var first: Lease?
    @safe @exclusivity(unchecked) private var rest: [Lease] = []
    @safe @exclusivity(unchecked) private var moreWaiters: [Token] = []

    package init(_ open: OpenDescriptor) {
        self.open = open
        core = open.core
    }

    /// Whether bytes may be on their way here, so that a plain receive would overtake them.
    package var isInUse: Bool { hasLease || isArmed || hasEnded }

    // MARK: Taking

    /// What a step came to.
    package enum Step {
        case lease(Lease)
        /// 0 at the end of the stream, negative for an error or an `Ending`.
        case ended(Int32)
        /// Wait for this, then take the next step.
        case waiting(Token)
    }

    /// Before the first step: why there shall be none, or 0.
    package var refusal: Int32 { core.refusal(on: open) }

    /// What there is now, or what to wait for.
    ///
    /// - Parameter afterWaiting: the wait that the step before asked for has ended.
    @inline(__always)
    func step(afterWaiting: Bool) -> Step {
        if hasLease, let lease = pop() { return .lease(lease) }
        if hasEnded { return .ended(end) }
        if open.state != .open { return .ended(Ending.closed) }
        // A task that is no task of the loop's may get here while the loop closes, and on the rescue thread after.
        if core.phase >= .ending { return .ended(Ending.loopClosed) }
        if mayArm { return waitForArrival() }
        return receiveWhenReadable(isReadable: afterWaiting)
    }

    @inline(__always)
    func pop() -> Lease? {
        guard let lease = first else { return nil }
        first = rest.isEmpty ? nil : rest.removeFirst()
        hasLease = first != nil
        return lease
    }

    /// Receives into memory of the caller's: for who may have to let others run first, or finds a receive armed, which would
    /// take the bytes.
    package nonisolated(nonsending) func read(into bytes: UnsafeMutableRawBufferPointer, deadline: Int64) async -> Int32 {
        // First yield, then look: somebody else may arm a receive meanwhile.
        if core.spendBudget() { await core.yield() }
        let refusal = refusal
        if refusal < 0 { return refusal }
        while hasLease || hasEnded || (isArmed && mayArm) {
            switch nextStep(afterWaiting: false) {
            case .lease(let lease): return unsafe take(from: lease, into: bytes)
            case .ended(let result): return result
            case .waiting(let token):
                let result = await core.wait(for: token, deadline: deadline)
                if result < 0 {
                    forget(token)
                    return result
                }
            }
        }
        return await unsafe core.perform(.receive(open.descriptor, into: bytes), on: open, .input, deadline: deadline)
    }

    /// Copies out what there is room for. The rest is for whoever waits next, whom nobody else would wake.
    private func take(from lease: Lease, into bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        var lease = lease
        let count = unsafe min(bytes.count, lease.bytes.count)
        unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: lease.bytes[..<count]))
        lease.taken += count
        if lease.left == 0 {
            lease.end()
        } else {
            if let first { rest.insert(first, at: 0) }
            first = lease
            hasLease = true
            wakeOne()
        }
        return Int32(count)
    }

    // MARK: The kernel picks

    /// Whether the next bytes come by a receive that is armed.
    @inline(__always)
    private var mayArm: Bool { core.usesKernelBuffers && !isStarved && held < core.options.receiveShareBytes }

    private func waitForArrival() -> Step {
        if !isArmed {
            let result = arm()
            if result < 0 { return .ended(result) }
        }
        let token = core.park()
        if waiter == .inline { waiter = token } else { moreWaiters.append(token) }
        return .waiting(token)
    }

    private func arm() -> Int32 {
        let limit = UInt32(clamping: core.options.receiveShareBytes - held)
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
            // The ring is dry. In line for a buffer it counts as armed: others shall not overtake it.
            if isWaitedFor {
                isArmed = true
                return core.waitForBuffer(self)
            }
        } else if completion.result == -ECANCELED {
            // Closing, or nobody knows why: whoever waits looks for itself.
            if open.state != .open { end = Ending.closed }
        } else if completion.result == -ENOMEM {
            // The machine's want, not the stream's end: who waits is told, and who comes next tries again.
            while let token = popWaiter() { _ = core.wake(token, with: -ENOMEM) }
        } else {
            end = completion.result
        }
        wakeOne()
        // Nobody else will come to wake those behind: they look for themselves, and who finds nothing arms again.
        while !isArmed && waiter != .inline { wakeOne() }
    }

    /// There is a buffer again; or, starved, there will be none, and the bytes come the other way.
    func leaveLine(isStarved: Bool) {
        isArmed = false
        if isWaitedFor {
            self.isStarved = isStarved
            if !isStarved {
                let result = arm()
                if result == 0 { return }
                end = result
            }
        }
        // They look for themselves.
        while waiter != .inline { wakeOne() }
    }

    /// Whether somebody waits for bytes that may still come.
    private var isWaitedFor: Bool { waiter != .inline && open.state == .open && core.phase < .ending }

    @inline(__always)
    private func arrived(_ completion: Completion) {
        let count = Int(completion.result)
        guard completion.flags.contains(.buffer) else { preconditionFailure("a group receive without a buffer") }
        let bytes = unsafe core.buffers.arrived(
            in: completion.buffer, count: count, isFilled: !completion.flags.contains(.bufferMore))
        held += count
        if unsafe first != nil && joined(bytes, completion.buffer) { return }
        let lease = unsafe self.lease(bytes, completion.buffer)
        if isDiscarded { return endHere(lease) }
        if first == nil { first = lease } else { rest.append(lease) }
        hasLease = true
    }

    /// Bytes that lie right behind the last ones not taken become one lease with them: one write instead of two.
    private func joined(_ bytes: UnsafeRawBufferPointer, _ buffer: UInt16) -> Bool {
        guard var last = rest.last ?? first, last.buffer == Int32(buffer), unsafe last.start + last.count == bytes.baseAddress!
        else {
            return false
        }
        last.count += bytes.count
        core.buffers.join(buffer)
        if rest.isEmpty { first = last } else { rest[rest.count - 1] = last }
        return true
    }

    /// Whoever waited with this token does so no more.
    package func forget(_ token: Token) {
        if waiter == token {
            waiter = moreWaiters.isEmpty ? .inline : moreWaiters.removeFirst()
        } else {
            moreWaiters.removeAll { $0 == token }
        }
    }

    @inline(__always)
    private func wakeOne() {
        while let token = popWaiter() {
            if core.wake(token) { return }
        }
    }

    @inline(__always)
    private func popWaiter() -> Token? {
        let token = waiter
        guard token != .inline else { return nil }
        waiter = moreWaiters.isEmpty ? .inline : moreWaiters.removeFirst()
        return token
    }
}
