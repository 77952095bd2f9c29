import CSwirlSystem
import SystemPackage

extension Loop {
    /// Has the loop call `body` whenever the process gets a signal, instead of what would happen without. A second handler
    /// for the same signal replaces the first. Corresponds to `loop.add_signal_handler`.
    ///
    /// Signals that come faster than the loop turns are one call. A signal has one loop: `EBUSY` when another has it.
    /// The handler stays until it is removed or the loop is closed; it does not keep the loop awake.
    ///
    /// - Throws: `IOError`: `EINVAL` for a signal that cannot be handled (`SIGKILL`, `SIGSTOP`); `closed` on a loop whose close
    ///   has given its signals back.
    ///
    /// The corresponding system calls are `eventfd(2)` and `sigaction(2)`.
    public func addSignalHandler(
        _ signal: Int32, @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () -> Void
    ) throws(IOError) {
        let body = callable(body)
        try core.watchSignal(signal, for: "addSignalHandler") { $0.handler = body }
    }

    /// Restores what would happen without a handler. False when this loop has none for the signal. Corresponds to
    /// `loop.remove_signal_handler`.
    @discardableResult
    public func removeSignalHandler(_ signal: Int32) -> Bool {
        guard let watch = core.signals[signal], !watch.once, watch.handler != nil else { return false }
        watch.handler = nil
        core.unwatchSignal(signal)
        return true
    }

    /// The signals that come to the process from now on, as a sequence, instead of what they would do without.
    ///
    /// ```swift
    /// for await signal in try loop.signals(SIGHUP, SIGTERM) {
    ///     if signal == SIGTERM { break }
    ///     reload()
    /// }
    /// ```
    ///
    /// A signal that comes again before it was taken counts once, so that nothing grows. Several sequences for one signal, and
    /// a handler beside them, all get it. What the signals did before is restored when the sequence and its iterators are gone,
    /// or the loop is closed.
    ///
    /// - Throws: `IOError`: `EINVAL` for a signal that cannot be handled, and where no signal is named; `EBUSY` for one that
    ///   another loop has; `closed` on a loop whose close has given its signals back.
    /// - Cancellation: ends the sequence.
    public func signals(_ signals: Int32...) throws(IOError) -> Signals {
        // Who waits for none would wait for ever.
        if signals.isEmpty { throw IOError("signals", "no signal", .errno(.invalidArgument)) }
        let queue = SignalQueue(core, signals)
        for signal in signals { try core.watchSignal(signal, for: "signals", { $0.add(queue) }) }
        return Signals(queue: queue)
    }
}

/// The signals that come to the process, one after the other: from `Loop.signals`.
public struct Signals: AsyncSequence, Sendable {
    public typealias Element = Int32
    public typealias Failure = Never

    let queue: SignalQueue

    public func makeAsyncIterator() -> Iterator { Iterator(queue: queue) }

    public struct Iterator: AsyncIteratorProtocol {
        let queue: SignalQueue

        /// The next signal; nothing when the task is cancelled or the loop closed.
        public nonisolated(nonsending) mutating func next() async -> Int32? { await queue.next() }
    }
}
