// What tells a loop that a signal has come.
//
// A C handler, which may run on any thread between any two instructions, marks its signal and adds to an eventfd, and does
// nothing else. The loop reads that eventfd (EventRead.swift), and asks for each of its signals whether it is marked. One
// eventfd for all of them: a loop over poll(2) looks at each descriptor in each turn.

import Logging
import SystemPackage

/// The eventfd of a loop's signals: from the first watch to the end of the last.
final class SignalEvent {
    private unowned let core: LoopCore
    let number: Int32
    private var read: EventRead?

    /// - Parameter number: an eventfd, which is this one's from now on.
    init(_ number: Int32, _ core: LoopCore) {
        self.number = number
        self.core = core
    }

    func start() {
        let read = EventRead(number, core) { [self] in heard($0) }
        self.read = read
        read.start()
    }

    func end() {
        guard let read else { return close() }
        self.read = nil
        read.end()
    }

    private func close() {
        _ = unsafe core.startInline(.close(Descriptor(number, .event)))
    }

    private func heard(_ event: EventRead.Event) {
        switch event {
        case .counted:
            for (signal, watch) in core.signals.sorted(by: { $0.key < $1.key }) where core.takeSignal(signal) { watch.arrived() }
        case .failed(let result):
            // Somebody closed the eventfd behind our back: its number may be a stranger's, so the C handler must not write to it
            // any more, and it is not closed.
            read = nil
            core.signalEvent = nil
            let signals = core.signals
            core.signals = [:]
            for watch in signals.values { watch.end() }
            core.logger.error("signals \(signals.keys.sorted()) are not handled any more: their eventfd answered \(result)")
        case .ended:
            close()
        }
    }
}

extension LoopCore {
    /// Starts a watch, the first of them with the eventfd. 0, or a negative result; then it has ended.
    func start(_ watch: SignalWatch) -> Int32 {
        let isFirst = signalEvent == nil
        if isFirst {
            let number = unsafe startInline(.makeEvent)
            if number < 0 { return number }
            signalEvent = SignalEvent(number, self)
        }
        let result = watch.start(signalEvent!.number)
        if result == 0 { signals[watch.signal] = watch }
        // Last, for a read that fails at once to end what has been started.
        if isFirst && result == 0 { signalEvent!.start() }
        endSignalEventIfUnused()
        return result
    }

    /// Ends a watch, the last of them with the eventfd.
    func end(_ watch: SignalWatch) {
        watch.end()
        if signals[watch.signal] === watch { signals[watch.signal] = nil }
        endSignalEventIfUnused()
    }

    private func endSignalEventIfUnused() {
        guard signals.isEmpty, let event = signalEvent else { return }
        signalEvent = nil
        event.end()
    }

    /// Whether there are signals, and none that the program has asked for.
    var watchesOnlyForItself: Bool { signalEvent != nil && signals.values.allSatisfy(\.once) }

    func takeSignal(_ signal: Int32) -> Bool { unsafe startInline(.takeSignal(signal)) > 0 }
}
