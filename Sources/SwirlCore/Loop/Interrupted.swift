// Ctrl-C while a loop runs.
//
// Facts. Ctrl-C is SIGINT, for the whole process; without a handler it kills. asyncio's runner has the first one cancel the
// main task, so that what is open is closed in order, and the second one break off at once. A handler of ours is only a
// mark and a count in an eventfd, which a loop whose thread is blocked does not look at.
//
// So the handler is for one arrival: the kernel itself puts the old meaning back (SA_RESETHAND) as the first comes in, and
// the second kills whatever the loop does. And it is taken only where SIGINT means what it meant when the program started:
// what others have made of it is theirs.

import CSwirlSystem

/// Ctrl-C ended the run: its main task was cancelled and ended. Corresponds to `KeyboardInterrupt`.
public struct Interrupted: Error, CustomStringConvertible, Sendable, Hashable {
    public init() {}

    public var description: String { "interrupted by Ctrl-C (SIGINT)" }
}

/// The interrupts of one run.
final class Interrupts {
    private let core: LoopCore
    private let onMainThreadOnly: Bool
    private let cancel: () -> Bool
    private var watch: SignalWatch?
    /// Whether an interrupt is why the main task was cancelled.
    private(set) var haveCancelled = false

    /// - Parameter cancel: cancels the main task. False when that has ended, or somebody else has cancelled it before.
    init(_ core: LoopCore, onMainThreadOnly: Bool, _ cancel: @escaping () -> Bool) {
        self.core = core
        self.onMainThreadOnly = onMainThreadOnly
        self.cancel = cancel
    }

    /// On the loop's thread, as the run begins.
    func begin() {
        guard core.options.cancelsOnInterrupt, core.signals[SIGINT] == nil else { return }
        if onMainThreadOnly && !swirl_is_main_thread() { return }
        let watch = SignalWatch(SIGINT, core, once: true)
        watch.handler = { [unowned self] in
            haveCancelled = cancel()
        }
        // Refused where somebody else handles it: then it is theirs.
        if core.start(watch) == 0 { self.watch = watch }
    }

    /// On the loop's thread, after the run.
    func end() {
        // The program may have made it its own.
        guard let watch, watch.once, !watch.hasEnded else { return }
        core.end(watch)
    }
}
