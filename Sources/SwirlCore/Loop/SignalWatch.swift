// Signals, as something that a loop waits for.
//
// A C handler, which may run on any thread between any two instructions, adds 1 to an eventfd and does nothing else. The
// loop has a read on that eventfd in flight, like any other: it costs nothing while no signal comes (D11). What the read
// brings puts the callback into the ready queue and goes to the sequences that listen, and the next read is started.

import CSwirlSystem
import Logging
import SystemPackage

/// One signal that a loop watches: for a handler, for sequences, or for both.
///
/// `package` only because Swift 6.3 warns of a recursion in the `init()` that it makes up for an internal subclass.
@safe
package final class SignalWatch: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread.
    private unowned let core: LoopCore
    let signal: Int32
    private let event: Descriptor
    /// For one arrival only, and only where nobody else handles the signal.
    private(set) var once: Bool
    var handler: (() -> Void)?
    private var listeners: [Listener] = []
    /// Where the kernel writes how often the signal came.
    private let count: UnsafeMutableRawBufferPointer
    /// The read in flight.
    private var token: Token?
    private(set) var hasEnded = false

    private struct Listener {
        let id: ObjectIdentifier
        weak var queue: SignalQueue?
    }

    init(_ signal: Int32, _ event: Descriptor, _ core: LoopCore, once: Bool = false) {
        self.signal = signal
        self.event = event
        self.core = core
        self.once = once
        unsafe count = .allocate(byteCount: 8, alignment: 8)
    }

    deinit {
        unsafe count.deallocate()
    }

    /// 0, or a negative result; then the eventfd is closed.
    func start() -> Int32 {
        let result = unsafe core.startInline(.watchSignal(signal, event: event.number, once: once))
        if result < 0 { close() } else { arm() }
        return result
    }

    /// Watches for more than one arrival from now on, and whatever comes.
    func stay() {
        _ = unsafe core.startInline(.watchSignal(signal, event: -1, once: once))
        once = false
        handler = nil
        _ = unsafe core.startInline(.watchSignal(signal, event: event.number, once: once))
    }

    /// The signal is somebody else's again.
    func end() {
        hasEnded = true
        handler = nil
        _ = unsafe core.startInline(.watchSignal(signal, event: -1, once: once))
        // D9: closed when the read has ended.
        if let token { core.interrupt(token, .closing) } else { close() }
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

    override func receive(_ completion: Completion) {
        token = nil
        if hasEnded { return close() }
        arrived(completion.result)
        arm()
    }

    private func arm() {
        while token == nil && !hasEnded {
            switch unsafe core.start(.read(event, into: count, at: -1), on: nil, nil, sink: self) {
            case .waiting(let token): self.token = token
            case .ended(let result): arrived(result)
            }
        }
    }

    private func arrived(_ result: Int32) {
        guard result == 8 else {
            // Somebody closed the eventfd behind our back: its number may be a stranger's, so it is left alone.
            hasEnded = true
            return core.logger.error("signal \(signal) is not handled any more: its eventfd answered \(result)")
        }
        if handler != nil { core.ready.append(.callback(Handle { [self] in handler?() })) }
        for listener in listeners { listener.queue?.add(signal) }
    }

    private func close() {
        _ = unsafe core.startInline(.close(event))
    }
}

extension LoopCore {
    /// The watch of a signal, started if there is none. A run's own watch for Ctrl-C becomes it.
    /// `attach` says for whom, before the first can come.
    func watchSignal(_ signal: Int32, for caller: String, _ attach: (SignalWatch) -> Void) throws(IOError) {
        if let watch = signals[signal] {
            if watch.once { watch.stay() }
            return attach(watch)
        }
        let number = unsafe startInline(.makeEvent)
        guard number >= 0 else { throw IOError(caller, "signal \(signal)", .errno(Errno(rawValue: -number))) }
        let watch = SignalWatch(signal, Descriptor(number, .event), self)
        attach(watch)
        let result = watch.start()
        guard result >= 0 else { throw IOError(caller, "signal \(signal)", .errno(Errno(rawValue: -result))) }
        signals[signal] = watch
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
