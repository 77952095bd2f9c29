// The main actor, where a loop occupies the main thread.
//
// Facts. What is isolated to MainActor runs as jobs of Dispatch's main queue, on the main thread. Dispatch runs them there
// when the program has ended up in `dispatchMain` or in a run loop, which a thread that runs a loop of ours has not: a call
// to MainActor from such a loop would wait for ever. For run loops of others Dispatch has an eventfd that tells of work in the
// main queue, and a function that does what is there; CoreFoundation's uses both.
//
// So a loop that runs on the main thread reads that eventfd (EventRead.swift), and does the main queue's work in a callback of
// its own. Main-actor code and the loop's take turns on one thread; `DispatchQueue.main` is served, too.

import CSwirlSystem
import Logging

/// The main queue's work, as something that a loop waits for.
final class MainQueueWatch {
    private unowned let core: LoopCore
    private var read: EventRead?
    private var hasEnded = false

    /// Nothing where there is no Dispatch in the program.
    init?(_ core: LoopCore) {
        // Dispatch's, which nobody closes.
        let number = swirl_main_queue_event()
        guard number >= 0 else { return nil }
        self.core = core
        read = EventRead(number, core) { [self] in heard($0) }
    }

    /// What came before the eventfd was looked at is done in the first turn.
    func start() {
        work()
        read?.start()
    }

    /// Whether it has an operation in flight.
    var isArmed: Bool { read?.isArmed ?? false }

    func end() {
        hasEnded = true
        read?.end()
        read = nil
    }

    private func heard(_ event: EventRead.Event) {
        switch event {
        case .counted:
            work()
        case .failed(let result):
            read = nil
            core.logger.error("the main actor is not served any more: its eventfd answered \(result)")
        case .ended:
            break
        }
    }

    private func work() {
        core.ready.append(
            .callback(
                Handle(at: SourcePlace(file: "MainActor", line: 0)) { [self] in
                    if !hasEnded { swirl_do_main_queue() }
                }))
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
