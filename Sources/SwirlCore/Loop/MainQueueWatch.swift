// The main actor, where a loop occupies the main thread.
//
// Facts. What is isolated to MainActor runs as jobs of Dispatch's main queue, on the main thread. Dispatch runs them there
// when the program has ended up in `dispatchMain` or in a run loop, which a thread that runs a loop of ours has not: a call
// to MainActor from such a loop would wait for ever. For run loops of others Dispatch has an eventfd that tells of work in the
// main queue, and a function that does what is there; CoreFoundation's uses both.
//
// So a loop that runs on the main thread has a read on that eventfd in flight, like any other, and does the main queue's work
// in a callback of its own. Main-actor code and the loop's take turns on one thread; `DispatchQueue.main` is served, too.

import CSwirlSystem

/// The main queue's work, as something that a loop waits for.
///
/// `package` only because Swift 6.3 warns of a recursion in the `init()` that it makes up for an internal subclass.
@safe
package final class MainQueueWatch: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread, which is the main thread.
    private unowned let core: LoopCore
    /// Dispatch's, which nobody closes.
    private let event: Descriptor
    private let count: UnsafeMutableRawBufferPointer
    private var token: Token?
    private var hasEnded = false

    /// Nothing where there is no Dispatch in the program.
    init?(_ core: LoopCore) {
        let number = swirl_main_queue_event()
        guard number >= 0 else { return nil }
        self.core = core
        event = Descriptor(number, .event)
        unsafe count = .allocate(byteCount: 8, alignment: 8)
    }

    deinit {
        unsafe count.deallocate()
    }

    /// What came before the eventfd was looked at is done in the first turn.
    func start() {
        work()
        arm()
    }

    /// Whether it has an operation in flight.
    var isArmed: Bool { token != nil }

    func end() {
        hasEnded = true
        if let token { core.interrupt(token, .closing) }
    }

    override func receive(_ completion: Completion) {
        token = nil
        guard !hasEnded, completion.result == 8 else { return }
        work()
        arm()
    }

    private func work() {
        core.ready.append(
            .callback(
                Handle(at: SourcePlace(file: "MainActor", line: 0)) { [self] in
                    if !hasEnded { swirl_do_main_queue() }
                }))
    }

    private func arm() {
        while token == nil && !hasEnded {
            switch unsafe core.start(.read(event, into: count, at: -1), on: nil, nil, sink: self) {
            case .waiting(let token): self.token = token
            case .ended(8): work()
            case .ended: hasEnded = true
            }
        }
    }
}

extension LoopCore {
    /// Serves the main actor from now on, when this is the main thread and the options say so.
    func serveMainActor() {
        guard options.servesMainActor, mainQueue == nil, swirl_is_main_thread() else { return }
        mainQueue = MainQueueWatch(self)
        mainQueue?.start()
    }
}
