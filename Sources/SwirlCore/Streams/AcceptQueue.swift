// Connections that a listener has accepted and nobody has taken yet.
//
// A cancelled `accept` loses nothing (D12): what was accepted waits here for the next one, and is closed only with the
// listener. At a limit the multishot accept is cancelled, and armed again when somebody waits. When descriptors run out the
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
            // Whoever was woken takes what it was woken for, cancelled meanwhile or not: nobody else was.
            if let number = accepted.popFirst() { return number }
            if open.state != .open { return Ending.closed }
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
        if completion.result >= 0 && open.state != .open {
            // The listener was closed while this one was on its way.
            core.closeNow(completion.result)
        } else if completion.result >= 0 {
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

    /// Wakes as many as there is something for.
    private func wake() {
        var there = accepted.count + (error < 0 ? 1 : 0)
        while there > 0, !waiters.isEmpty {
            if core.wake(waiters.removeFirst()) { there -= 1 }
        }
    }

    /// The listener is closing: whoever waits is told, what nobody took is closed.
    package func close() {
        pauseTimer?.cancel()
        pauseTimer = nil
        for token in waiters { core.interrupt(token, .closing) }
        waiters = []
        while let number = accepted.popFirst() { core.closeNow(number) }
    }
}

extension LoopCore {
    /// Closes a connection that nobody took.
    fileprivate func closeNow(_ number: Int32) {
        let operation = unsafe Operation.close(Descriptor(number, .socket))
        _ = unsafe phase == .closed ? Perform.directly(operation) : startInline(operation)
    }
}
