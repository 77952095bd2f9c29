#if URing
import CLiburing
import CSwirlSystem
import SwirlCore

/// From where on a write gains by the ring.
private let ringWriteMin = 256 << 10

extension URingDriver {
    // Neither is inlined into its witness: the compiler marks calls in a witness as not to be inlined (decisions/0008).
    @inline(never)
    func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        unsafe bytes.isEmpty ? 0 : swirl_recv(descriptor.number, bytes.baseAddress, bytes.count)
    }

    @inline(never)
    func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32 {
        unsafe bytes.isEmpty ? 0 : swirl_send(descriptor.number, bytes.baseAddress, bytes.count)
    }

    func submit(_ operation: Operation, as token: Token) -> Disposition {
        switch unsafe operation {
        case .receive(_, let bytes):
            // On the ring a receive of nothing waits for bytes (IO-01).
            return unsafe bytes.isEmpty ? .ended(0) : enqueue(operation, as: token)
        case .receiveGroup, .accept, .connect, .poll:
            return unsafe enqueue(operation, as: token)
        case .send(_, let bytes):
            return unsafe bytes.isEmpty ? .ended(0) : trySend(operation, as: token)
        case .sendVectors:
            return unsafe trySend(operation, as: token)
        case .read(let descriptor, let bytes, let offset):
            if unsafe bytes.isEmpty { return .ended(0) }
            if let result = unsafe cachedReads.read(descriptor, bytes, at: offset) { return .ended(result) }
            return unsafe enqueue(operation, as: token)
        case .write(let descriptor, let bytes, _):
            return unsafe bytes.isEmpty ? .ended(0) : submitWrite(operation, descriptor, bytes, as: token)
        case .open:
            return unsafe facts.knows(SWIRL_OP_OPENAT2) ? enqueue(operation, as: token) : .declined
        case .close(let descriptor):
            unsafe cachedReads.forget(descriptor.number)
            return unsafe descriptor.isFile ? enqueue(operation, as: token) : .ended(Perform.directly(operation))
        case .pathStatus, .truncate, .synchronize:
            return .declined
        case .fileStatus, .socket, .bind, .listen, .setOption, .getOption, .localName, .peerName, .shutdown, .makeEvent,
            .watchSignal, .takeSignal:
            return unsafe .ended(Perform.directly(operation))
        }
    }

    /// Nothing else of this direction is in flight on the descriptor (D14), so what goes out now goes out in order.
    @inline(__always)
    private func trySend(_ operation: Operation, as token: Token) -> Disposition {
        let result = unsafe Perform.directly(operation)
        if result != -EAGAIN && result != -EINTR { return .ended(result) }
        return unsafe enqueue(operation, as: token)
    }

    /// Writes the operation down and queues it. A queue that stays full parks it for the next `wait` (RES-06).
    @inline(__always)
    func enqueue(_ operation: Operation, as token: Token, state: InFlight.State = .inFlight) -> Disposition {
        // SAFETY: the core hands out a slot only when it is free, so nobody else uses this entry.
        unsafe entryForNew(token).pointee = InFlight(
            operation: operation, generation: token.generation, state: state, attempts: 0)
        if unsafe !push(submission(for: operation), userData: token.rawValue) { park(token, until: 0) }
        return .inFlight
    }

    @inline(__always)
    func push(_ submission: swirl_uring_submission, userData: UInt64) -> Bool {
        var named = submission
        named.user_data = userData
        return unsafe swirl_uring_push(ring, named) || pushAfterFlush(named)
    }

    @inline(never)
    private func pushAfterFlush(_ submission: swirl_uring_submission) -> Bool {
        _ = enter(submitting: unsafe swirl_uring_pending(ring), waitingFor: 0, until: -1)
        return unsafe swirl_uring_push(ring, submission)
    }

    private func submitWrite(
        _ operation: Operation, _ descriptor: Descriptor, _ bytes: UnsafeRawBufferPointer, as token: Token
    ) -> Disposition {
        switch descriptor.kind {
        case .regularFile:
            // 4 KiB, 8 at once: the pool 5-6 us each, the ring 10-13. Large ones: the ring.
            return unsafe bytes.count < ringWriteMin ? .declined : enqueue(operation, as: token)
        case .directFile, .blockDevice, .directory:
            return unsafe enqueue(operation, as: token)
        case .socket:
            // IORING_OP_WRITE raises SIGPIPE on a broken one (IO-06), and a send does the same without.
            return unsafe submit(.send(descriptor, from: bytes), as: token)
        case .pipe, .characterDevice, .event:
            signallingWriteBegins()
            return unsafe enqueue(operation, as: token, state: [.inFlight, .mayRaiseSignal])
        }
    }

    // MARK: Writes that can raise SIGPIPE

    private func signallingWriteBegins() {
        unsafe signallingWrites += 1
        if unsafe signallingWrites == 1 { unsafe swirl_uring_hold_sigpipe(ring) }
    }

    func signallingWriteEnded() {
        unsafe signallingWrites -= 1
        if unsafe signallingWrites == 0 { unsafe swirl_uring_let_sigpipe_go(ring) }
    }
}
#endif
