// Signals, as something that a loop waits for.
//
// A C handler, which may run on any thread between any two instructions, adds 1 to an eventfd and does nothing else. The
// loop reads that eventfd (EventRead.swift). What it reads puts the callback into the ready queue and goes to the sequences
// that listen.

import CSwirlSystem
import Logging
import SystemPackage

/// One signal that a loop watches: for a handler, for sequences, or for both.
final class SignalWatch {
    private unowned let core: LoopCore
    let signal: Int32
    private let number: Int32
    /// For one arrival only, and only where nobody else handles the signal.
    private(set) var once: Bool
    var handler: (() -> Void)?
    private var listeners: [Listener] = []
    private var read: EventRead?
    private(set) var hasEnded = false

    private struct Listener {
        let id: ObjectIdentifier
        weak var queue: SignalQueue?
    }

    /// - Parameter number: an eventfd, which is the watch's from now on.
    init(_ signal: Int32, _ number: Int32, _ core: LoopCore, once: Bool = false) {
        self.signal = signal
        self.number = number
        self.core = core
        self.once = once
    }

    /// 0, or a negative result; then the eventfd is closed.
    func start() -> Int32 {
        let result = watch()
        if result < 0 {
            hasEnded = true
            close()
            return result
        }
        let read = EventRead(number, core) { [self] in heard($0) }
        self.read = read
        read.start()
        return 0
    }

    /// Watches for more than one arrival from now on, and whatever comes. 0, or a negative result; then it has ended: in
    /// between the signal is nobody's, and another loop may take it.
    func stay() -> Int32 {
        unwatch()
        once = false
        handler = nil
        let result = watch()
        if result < 0 { endReading() }
        return result
    }

    /// The signal is somebody else's again. Nothing when it is that already.
    func end() {
        if hasEnded { return }
        unwatch()
        endReading()
    }

    private func watch() -> Int32 {
        unsafe core.startInline(.watchSignal(signal, event: number, once: once))
    }

    private func unwatch() {
        _ = unsafe core.startInline(.watchSignal(signal, event: -1, once: once))
    }

    private func endReading() {
        hasEnded = true
        handler = nil
        read?.end()
        read = nil
    }

    private func close() {
        _ = unsafe core.startInline(.close(Descriptor(number, .event)))
    }

    // MARK: Who wants it

    var isWanted: Bool { handler != nil || !listeners.isEmpty }

    func add(_ queue: SignalQueue) {
        listeners.append(Listener(id: ObjectIdentifier(queue), queue: queue))
    }

    func removeListener(_ id: ObjectIdentifier) {
        listeners.removeAll { $0.id == id }
    }

    // MARK: What comes

    private func heard(_ event: EventRead.Event) {
        switch event {
        case .counted:
            if handler != nil { core.ready.append(.callback(Handle { [self] in handler?() })) }
            for listener in listeners { listener.queue?.add(signal) }
        case .failed(let result):
            // Somebody closed the eventfd behind our back: its number may be a stranger's, so the C handler must not write to it
            // any more, and it is not closed.
            unwatch()
            hasEnded = true
            handler = nil
            read = nil
            if core.signals[signal] === self { core.signals[signal] = nil }
            core.logger.error("signal \(signal) is not handled any more: its eventfd answered \(result)")
        case .ended:
            close()
        }
    }
}

extension LoopCore {
    /// The watch of a signal, started if there is none. A run's own watch for Ctrl-C becomes it.
    /// `attach` says for whom, before the first can come.
    func watchSignal(_ signal: Int32, for caller: String, _ attach: (SignalWatch) -> Void) throws(IOError) {
        func check(_ result: Int32) throws(IOError) {
            if result < 0 { throw IOError(caller, "signal \(signal)", .errno(Errno(rawValue: -result))) }
        }
        // The close has given back what there was, or the driver is gone.
        if phase >= .ending { throw IOError(caller, "signal \(signal)", .closed) }
        if let watch = signals[signal] {
            if watch.once {
                let result = watch.stay()
                if result < 0 { signals[signal] = nil }
                try check(result)
            }
            return attach(watch)
        }
        let number = unsafe startInline(.makeEvent)
        try check(number)
        let watch = SignalWatch(signal, number, self)
        attach(watch)
        // First, for a read that fails at once to take it out.
        signals[signal] = watch
        let result = watch.start()
        if result < 0 { signals[signal] = nil }
        try check(result)
    }

    /// Ends the watch of a signal that nobody wants any more.
    func unwatchSignal(_ signal: Int32) {
        guard let watch = signals[signal], !watch.isWanted else { return }
        signals[signal] = nil
        watch.end()
    }

    /// The loop is closing: its signals are no longer its own.
    func removeSignalHandlers() {
        for watch in signals.values { watch.end() }
        signals = [:]
    }
}
