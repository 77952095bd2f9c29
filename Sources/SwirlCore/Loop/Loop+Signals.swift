// Signals, as callbacks of the loop.
//
// A C handler, which may run on any thread between any two instructions, adds 1 to an eventfd and does nothing else. The
// loop has a read on that eventfd in flight, like any other: it costs nothing while no signal comes (D11). What the read
// brings puts the callback into the ready queue, and the next read is started.

import CSwirlSystem
import Logging
import SystemPackage

extension Loop {
    /// Has the loop call `body` whenever the process gets a signal, instead of what would happen without. A second handler
    /// for the same signal replaces the first. Corresponds to `loop.add_signal_handler`.
    ///
    /// Signals that come faster than the loop turns are one call. A signal has one loop: `EBUSY` when another has it.
    /// The handler stays until it is removed or the loop is closed; it does not keep the loop awake.
    ///
    /// - Throws: `IOError`: `EINVAL` for a signal that cannot be handled (`SIGKILL`, `SIGSTOP`).
    ///
    /// The corresponding system calls are `eventfd(2)` and `sigaction(2)`.
    public func addSignalHandler(
        _ signal: Int32, @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) throws(IOError) {
        let body = Isolated.synchronous(body)
        if let watch = core.signals[signal] {
            watch.body = body
            return
        }
        let number = unsafe core.startInline(.makeEvent)
        guard number >= 0 else { throw Self.failure(number, signal) }
        let watch = SignalWatch(signal, Descriptor(number, .event), core, body)
        let result = watch.start()
        guard result >= 0 else { throw Self.failure(result, signal) }
        core.signals[signal] = watch
    }

    /// Restores what would happen without a handler. False when this loop has none for the signal. Corresponds to
    /// `loop.remove_signal_handler`.
    @discardableResult
    public func removeSignalHandler(_ signal: Int32) -> Bool {
        guard let watch = core.signals.removeValue(forKey: signal) else { return false }
        watch.end()
        return true
    }

    private static func failure(_ result: Int32, _ signal: Int32) -> IOError {
        IOError("addSignalHandler", "signal \(signal)", .errno(Errno(rawValue: -result)))
    }
}

/// One signal that a loop has a handler for.
///
/// `package` only because Swift 6.3 warns of a recursion in the `init()` that it makes up for an internal subclass.
@safe
package final class SignalWatch: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread.
    private unowned let core: LoopCore
    private let signal: Int32
    private let event: Descriptor
    var body: () -> Void
    /// Where the kernel writes how often the signal came.
    private let count: UnsafeMutableRawBufferPointer
    /// The read in flight.
    private var token: Token?
    private var hasEnded = false

    init(_ signal: Int32, _ event: Descriptor, _ core: LoopCore, _ body: @escaping () -> Void) {
        self.signal = signal
        self.event = event
        self.core = core
        self.body = body
        unsafe count = .allocate(byteCount: 8, alignment: 8)
    }

    deinit {
        unsafe count.deallocate()
    }

    /// 0, or a negative result; then the eventfd is closed.
    func start() -> Int32 {
        let result = unsafe core.startInline(.watchSignal(signal, event: event.number))
        if result < 0 { close() } else { arm() }
        return result
    }

    /// The signal is somebody else's again.
    func end() {
        hasEnded = true
        _ = unsafe core.startInline(.watchSignal(signal, event: -1))
        // D9: closed when the read has ended.
        if let token { core.interrupt(token, .closing) } else { close() }
    }

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
        core.ready.append(.callback(Handle { [self] in if !hasEnded { body() } }))
    }

    private func close() {
        _ = unsafe core.startInline(.close(event))
    }
}

extension LoopCore {
    /// The loop is closing: its signals are no longer its own.
    func removeSignalHandlers() {
        for watch in signals.values { watch.end() }
        signals = [:]
    }
}
