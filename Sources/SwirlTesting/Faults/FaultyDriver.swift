// A driver over a driver, as unkind as the contract allows.
//
// What it may do to each operation: ask for less (short counts), hand it on later, let its end come later, let an inline
// end come from `wait`, end an accept. What it must not: change the order of one token's completions (D1, D2), or of those that name
// buffers of the group, whose offsets the core counts in the order of arrival; delay what has to end inline; decline late.

import CSwirlSystem
import SwirlCore
import SystemPackage

@safe
final class FaultyDriver: Driver {
    /// An operation that has not reached the driver below yet.
    @safe
    private struct Held {
        let operation: Operation
        let token: Token
    }

    let inner: any Driver
    private let plan: FaultPlan
    private var generator: Generator
    private var heldSubmissions: [Held] = []
    /// Completions that are to come, in the order in which they arrived.
    private var heldCompletions: [Completion] = []
    private let room: UnsafeMutableBufferPointer<Completion>
    private var emptyWaits = 0
    /// Multishot accepts that the driver below has or is to get.
    private var accepts: Set<Token> = []
    /// Of these, whom the driver below was told to end, each with its latest connection.
    private var ending: [Token: Completion] = [:]
    /// Copies of message headers, cut short, of operations in flight.
    private var messages: [Token: UnsafeMutablePointer<msghdr>] = unsafe [:]
    private var pieces: [Token: UnsafeMutablePointer<iovec>] = unsafe [:]

    init(_ inner: any Driver, seed: UInt64, plan: FaultPlan) {
        self.inner = inner
        self.plan = plan
        generator = Generator(seed: seed)
        unsafe room = .allocate(capacity: 256)
    }

    deinit {
        unsafe room.deallocate()
    }

    var capabilities: Capabilities { inner.capabilities }
    var waker: any Waker { inner.waker }
    var now: Int64 { inner.now }

    func attach() throws(Errno) { try inner.attach() }
    func provide(capacity: UInt16) throws(Errno) { try inner.provide(capacity: capacity) }

    func recycle(buffer: UInt16, memory: UnsafeMutableRawBufferPointer) {
        unsafe inner.recycle(buffer: buffer, memory: memory)
    }

    func shutDown() {
        precondition(heldSubmissions.isEmpty && heldCompletions.isEmpty, "D9: shut down with operations in flight")
        inner.shutDown()
    }

    // MARK: Submitting

    func submit(_ operation: Operation, as token: Token) -> Disposition {
        if operation.kind == .accept { accepts.insert(token) }
        if unsafe Perform.neverWaits(operation) { return unsafe inner.submit(operation, as: token) }
        if operation.mayBeHeld, generator.once(in: plan.lateSubmission) {
            unsafe heldSubmissions.append(Held(operation: operation, token: token))
            return .inFlight
        }
        let disposition = unsafe inner.submit(shortened(operation, token), as: token)
        guard case .ended(let result) = disposition else { return disposition }
        free(token)
        guard operation.mayBeHeld, generator.once(in: plan.lateEnd) else { return disposition }
        heldCompletions.append(Completion(token: token, result: result))
        return .inFlight
    }

    func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        if generator.once(in: plan.vainTry) { return -EAGAIN }
        return unsafe inner.receiveNow(descriptor, into: generator.once(in: plan.shortCount) ? short(bytes) : bytes)
    }

    func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32 {
        if generator.once(in: plan.vainTry) { return -EAGAIN }
        return unsafe inner.sendNow(descriptor, from: generator.once(in: plan.shortCount) ? short(bytes) : bytes)
    }

    func cancel(_ token: Token) {
        if let index = heldSubmissions.firstIndex(where: { $0.token == token }) {
            heldSubmissions.remove(at: index)
            accepts.remove(token)
            heldCompletions.append(Completion(token: token, result: -ECANCELED))
        } else {
            inner.cancel(token)
        }
    }

    private func submitHeld() {
        var kept: [Held] = []
        for held in heldSubmissions {
            if generator.once(in: 2) {
                kept.append(held)
                continue
            }
            switch unsafe inner.submit(shortened(held.operation, held.token), as: held.token) {
            case .inFlight: break
            case .ended(let result):
                free(held.token)
                heldCompletions.append(Completion(token: held.token, result: result))
            case .declined: preconditionFailure("an operation that was held must not be declined")
            }
        }
        heldSubmissions = kept
    }

    // MARK: Waiting

    func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno) {
        if deadline != .now, emptyWaits < 3, generator.once(in: plan.emptyWait) {
            emptyWaits += 1
            return
        }
        emptyWaits = 0
        submitHeld()
        let isBusy = !heldSubmissions.isEmpty || !heldCompletions.isEmpty
        var arrived = unsafe OutputSpan(buffer: room, initializedCount: 0)
        try inner.wait(until: isBusy ? .now : deadline, into: &arrived)
        let count = unsafe arrived.finalize(for: room)
        for index in 0..<count {
            unsafe hold(room[index])
        }
        deliver(into: &batch)
    }

    private func hold(_ completion: Completion) {
        let token = completion.token
        let hasEnded = !completion.flags.contains(.more)
        if hasEnded { free(token) }
        if let latest = ending.removeValue(forKey: token) {
            if hasEnded && completion.result == -ECANCELED {
                // Nobody above has cancelled it, or not first.
                let isLast = generator.once(in: 2)
                heldCompletions.append(isLast ? Completion(token: token, result: latest.result) : latest)
                if !isLast { heldCompletions.append(Completion(token: token, result: -ECONNABORTED)) }
                return
            }
            heldCompletions.append(latest)
            if !hasEnded { return ending[token] = completion }
        } else if !hasEnded, completion.result >= 0, accepts.contains(token), generator.once(in: plan.endedAccept) {
            ending[token] = completion
            return inner.cancel(token)
        }
        heldCompletions.append(completion)
    }

    /// Some of what is there, those of one lane in their order, the lanes in any.
    private func deliver(into batch: inout OutputSpan<Completion>) {
        var blocked: Set<Token> = []
        var isGroupBlocked = false
        var chosen: [(order: UInt64, completion: Completion)] = []
        var kept: [Completion] = []
        var orders: [Token: UInt64] = [:]
        let groupOrder = generator.next()
        for completion in heldCompletions {
            let isGroup = completion.flags.contains(.buffer)
            let isBlocked = blocked.contains(completion.token) || (isGroup && isGroupBlocked)
            if isBlocked || chosen.count >= batch.freeCapacity || generator.once(in: plan.lateCompletion) {
                blocked.insert(completion.token)
                if isGroup { isGroupBlocked = true }
                kept.append(completion)
                continue
            }
            // A token that has had a buffer stays in the group's lane: its end comes behind its bytes.
            let order = isGroup ? groupOrder : orders[completion.token] ?? generator.next()
            orders[completion.token] = order
            chosen.append((order, completion))
        }
        heldCompletions = kept
        for (_, entry) in chosen.enumerated().sorted(by: { ($0.1.order, $0.0) < ($1.1.order, $1.0) }) {
            batch.append(entry.completion)
        }
    }
}

extension FaultyDriver {
    // MARK: Short counts

    private func shortened(_ operation: Operation, _ token: Token) -> Operation {
        guard generator.once(in: plan.shortCount) else { return unsafe operation }
        switch unsafe operation {
        case .receive(let descriptor, let bytes): return unsafe .receive(descriptor, into: short(bytes))
        case .receiveGroup(let descriptor, let limit):
            return unsafe .receiveGroup(descriptor, limit: UInt32(1 + generator.next() % UInt64(max(1, limit))))
        case .send(let descriptor, let bytes): return unsafe .send(descriptor, from: short(bytes))
        case .sendVectors(let descriptor, let message): return unsafe .sendVectors(descriptor, short(message, token))
        default: return unsafe operation
        }
    }

    private func short(_ bytes: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        unsafe bytes.count < 2 ? bytes : UnsafeMutableRawBufferPointer(rebasing: bytes[..<count(upTo: bytes.count)])
    }

    private func short(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        unsafe bytes.count < 2 ? bytes : UnsafeRawBufferPointer(rebasing: bytes[..<count(upTo: bytes.count)])
    }

    /// Mostly a few bytes or about a half: so that loops go round, and not too often.
    private func count(upTo most: Int) -> Int {
        1 + Int(generator.next() % UInt64(generator.once(in: 4) ? min(most, 16) : most))
    }

    /// The first piece, cut short, in memory that lives as long as the operation.
    private func short(_ message: UnsafePointer<msghdr>, _ token: Token) -> UnsafePointer<msghdr> {
        guard unsafe message.pointee.msg_iovlen > 0, unsafe message.pointee.msg_iov[0].iov_len > 0 else { return unsafe message }
        let copy = UnsafeMutablePointer<msghdr>.allocate(capacity: 1)
        let piece = UnsafeMutablePointer<iovec>.allocate(capacity: 1)
        unsafe copy.initialize(to: message.pointee)
        unsafe piece.initialize(to: message.pointee.msg_iov[0])
        unsafe piece.pointee.iov_len = count(upTo: piece.pointee.iov_len)
        unsafe copy.pointee.msg_iov = piece
        unsafe copy.pointee.msg_iovlen = 1
        unsafe messages[token] = copy
        unsafe pieces[token] = piece
        return unsafe UnsafePointer(copy)
    }

    private func free(_ token: Token) {
        accepts.remove(token)
        if let message = unsafe messages.removeValue(forKey: token) { unsafe message.deallocate() }
        if let piece = unsafe pieces.removeValue(forKey: token) { unsafe piece.deallocate() }
    }
}

extension Operation {
    /// A stream's: it may take as long as it likes, and no driver declines it.
    @safe fileprivate var mayBeHeld: Bool {
        switch unsafe self {
        case .receive, .receiveGroup, .send, .sendVectors, .accept, .connect, .poll: true
        default: false
        }
    }
}
