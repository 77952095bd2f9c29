// Signals, as something that a loop waits for: see SignalEvent.swift for how it hears of them. What it hears puts the callback
// into the ready queue and goes to the sequences that listen.

import CSwirlSystem
import SystemPackage

/// One signal that a loop watches: for a handler, for sequences, or for both.
final class SignalWatch {
    private unowned let core: LoopCore
    let signal: Int32
    /// For one arrival only, and only where nobody else handles the signal.
    private(set) var once: Bool
    var handler: (() -> Void)?
    private var listeners: [Listener] = []
    /// The eventfd that the C handler writes to.
    private var event: Int32 = -1
    private(set) var hasEnded = false

    private struct Listener {
        let id: ObjectIdentifier
        weak var queue: SignalQueue?
    }

    init(_ signal: Int32, _ core: LoopCore, once: Bool = false) {
        self.signal = signal
        self.core = core
        self.once = once
    }

    /// 0, or a negative result; then it has ended.
    func start(_ event: Int32) -> Int32 {
        self.event = event
        let result = watch()
        if result < 0 { hasEnded = true }
        return result
    }

    /// Watches for more than one arrival from now on, and whatever comes. 0, or a negative result; then it has ended: in
    /// between the signal is nobody's, and another loop may take it.
    func stay(_ attach: (SignalWatch) -> Void) -> Int32 {
        unwatch()
        // One that nobody has heard of yet is for those who stay.
        let hasArrived = core.takeSignal(signal)
        once = false
        handler = nil
        let result = watch()
        if result < 0 {
            hasEnded = true
            return result
        }
        attach(self)
        if hasArrived { arrived() }
        return 0
    }

    /// The signal is somebody else's again. Nothing when it is that already.
    func end() {
        if hasEnded { return }
        hasEnded = true
        handler = nil
        unwatch()
    }

    private func watch() -> Int32 {
        unsafe core.startInline(.watchSignal(signal, event: event, once: once))
    }

    private func unwatch() {
        _ = unsafe core.startInline(.watchSignal(signal, event: -1, once: once))
    }

    // MARK: Who wants it

    var isWanted: Bool { handler != nil || !listeners.isEmpty }

    func add(_ queue: SignalQueue) {
        listeners.append(Listener(id: ObjectIdentifier(queue), queue: queue))
    }

    func removeListener(_ id: ObjectIdentifier) {
        listeners.removeAll { $0.id == id }
    }

    /// The signal has come, once or several times.
    func arrived() {
        if handler != nil { core.ready.append(.callback(Handle { [self] in handler?() })) }
        for listener in listeners { listener.queue?.add(signal) }
    }
}

extension LoopCore {
    /// The watch of a signal, started if there is none. A run's own watch for Ctrl-C becomes it.
    /// `attach` says for whom, before the first can come.
    func watchSignal(_ signal: Int32, for caller: String, _ attach: (SignalWatch) -> Void) throws(IOError) {
        // The close has given back what there was, or the driver is gone.
        if phase >= .ending { throw IOError(caller, "signal \(signal)", .closed) }
        var result: Int32 = 0
        if let watch = signals[signal] {
            if watch.once {
                result = watch.stay(attach)
                if result < 0 { end(watch) }
            } else {
                attach(watch)
            }
        } else {
            let watch = SignalWatch(signal, self)
            attach(watch)
            result = start(watch)
        }
        if result < 0 { throw IOError(caller, "signal \(signal)", .errno(Errno(rawValue: -result))) }
    }

    /// Ends the watch of a signal that nobody wants any more.
    func unwatchSignal(_ signal: Int32) {
        if let watch = signals[signal], !watch.isWanted { end(watch) }
    }

    /// The loop is closing: its signals are no longer its own.
    func removeSignalHandlers() {
        for watch in signals.values { end(watch) }
    }
}
