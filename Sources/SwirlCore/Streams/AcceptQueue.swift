// Connections that a listener has accepted and nobody has taken yet.
//
// A cancelled `accept` loses nothing (D12): what was accepted waits here for the next one, and is closed only with the
// listener. Whoever was woken for a connection gets it: who comes before he runs takes none of those that are promised. At a limit the multishot accept is cancelled, and armed again when somebody waits. When descriptors run out the
// kernel's answer comes at once and for every try, so the queue waits a while before it tries again (RES-01).

import CSwirlSystem
import DequeModule

package final class AcceptQueue: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread.
    private static let waitingMax = 128
    private static let pause = Duration.milliseconds(100)

    package let open: OpenDescriptor
    private var core: LoopCore { open.core }
    private var accepted: Deque<Int32> = []
    private var waiters: Deque<Token> = []
    /// How many of the accepted are for tasks that were woken and have not run yet.
    private var promised = 0
    private var armed: Token?
    private var isCancelling = false
    private var pauseTimer: TimerHandle?
    private var error: Int32 = 0

    package init(_ open: OpenDescriptor) {
        self.open = open
    }

    deinit {
        // The listener was dropped unclosed.
        let numbers = accepted
        guard !numbers.isEmpty else { return }
        let posted = core.callOnLoop { core in
            for number in numbers { core.closeNow(number) }
        }
        if !posted { for number in numbers { _ = unsafe Perform.directly(.close(Descriptor(number, .socket))) } }
    }

    /// The next connection's descriptor, or a negative result.
    package nonisolated(nonsending) func accept(deadline: Int64) async -> Int32 {
        if core.spendBudget() { await core.yield() }
        let refusal = core.refusal(on: open)
        if refusal < 0 { return refusal }
        while true {
            if accepted.count > promised, let number = accepted.popFirst() { return number }
            if open.state != .open { return Ending.closed }
            // A task that is no task of the loop's may get here while the loop closes, and on the rescue thread after.
            if core.phase >= .ending { return Ending.loopClosed }
            if error < 0 {
                defer { error = 0 }
                return error
            }
            if armed == nil && pauseTimer == nil {
                arm()
                if error < 0 { continue }
            }
            let token = core.park()
            waiters.append(token)
            let result = await core.wait(for: token, deadline: deadline)
            if result < 0 {
                waiters.removeAll { $0 == token }
                return result
            }
            // Whoever was woken takes what it was woken for, cancelled meanwhile or not: nobody else was.
            promised -= 1
            if let number = accepted.popFirst() { return number }
        }
    }

    private func arm() {
        switch unsafe core.start(.accept(open.descriptor), on: open, .input, sink: self) {
        case .ended(let result): error = result < 0 ? result : -EIO
        case .waiting(let token): armed = token
        }
    }

    override func receive(_ completion: Completion) {
        if !completion.flags.contains(.more) {
            armed = nil
            isCancelling = false
        }
        if open.state != .open {
            // The listener was closed while this one was on its way.
            if completion.result >= 0 { core.closeNow(completion.result) }
            return endWaits()
        }
        if completion.result >= 0 {
            accepted.append(completion.result)
            if accepted.count >= Self.waitingMax, let armed, !isCancelling {
                isCancelling = true
                core.interrupt(armed, [])
            }
        } else {
            failed(completion.result)
        }
        if armed == nil && pauseTimer == nil && error == 0 && !waiters.isEmpty && mayArm { arm() }
        wake()
    }

    private var mayArm: Bool { open.state == .open && core.phase < .ending }

    private func failed(_ result: Int32) {
        switch -result {
        case ECANCELED, EINTR, ECONNABORTED, EPROTO, EAGAIN, EPERM, ENETDOWN, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH,
            ENOPROTOOPT:
            // The limit, a close, or one connection's own misfortune: the listener lives.
            break
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            pauseTimer = core.after(Self.pause) { [self] in
                pauseTimer = nil
                if !waiters.isEmpty && mayArm { arm() }
                wake()
            }
        default:
            error = result
        }
    }

    /// Wakes as many as there is a connection for. An error of the listener is for everybody who waits then, or for the next.
    private func wake() {
        while promised < accepted.count, let token = waiters.popFirst() {
            if core.wake(token) { promised += 1 }
        }
        guard error < 0 else { return }
        var isTold = false
        while let token = waiters.popFirst() {
            if core.wake(token, with: error) { isTold = true }
        }
        if isTold { error = 0 }
    }

    private func endWaits() {
        while let token = waiters.popFirst() { core.interrupt(token, .closing) }
    }

    /// Closes the listener: whoever waits is told, what nobody took is closed, the number is given back. From any thread.
    ///
    /// In one step up to there, or somebody could come in between and wait for a connection that nobody accepts.
    package nonisolated(nonsending) func close() async {
        guard core.isOnOwnerThread else {
            _ = await core.onLoop { [self] _ in await close() }
            return
        }
        pauseTimer?.cancel()
        pauseTimer = nil
        endWaits()
        while let number = accepted.popFirst() { core.closeNow(number) }
        _ = await core.close(open)
    }
}

extension LoopCore {
    /// Closes a connection that nobody took.
    fileprivate func closeNow(_ number: Int32) {
        let operation = unsafe Operation.close(Descriptor(number, .socket))
        _ = unsafe phase == .closed ? Perform.directly(operation) : startInline(operation)
    }
}
