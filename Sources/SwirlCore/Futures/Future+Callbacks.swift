/// A callback of a future.
///
/// It names its future without holding it: a future that nobody can finish any more goes, with its callbacks. From the end of
/// the future on it holds it.
final class DoneCallback: Handle, @unchecked Sendable {
    // Sendable: as Handle; `future` is the loop's thread's.
    var future: AnyFuture?
    private let core: LoopCore

    init(_ core: LoopCore, _ place: SourcePlace, _ body: @escaping () -> Void) {
        self.core = core
        super.init(on: core, at: place, calling: .plain(body))
    }

    /// As `Handle.cancel`. The future may be pending for long: what the callback has captured does not wait for its end.
    override func cancel() {
        super.cancel()
        if !core.isOnOwnerThread { core.callOnLoop { [self] _ in dropBody() } }
    }
}

extension Future {
    /// Has the loop call `body` when the future is done: in order, never inline, in the next turn when it is done now.
    /// Corresponds to `Future.add_done_callback`.
    ///
    /// A closure of another actor than the loop, and a future of another loop, are programming errors: they stop the program
    /// with a message.
    ///
    /// - Returns: what `removeDoneCallback` takes. Its `cancel` is in time even when the future is done, until `body` begins.
    @discardableResult
    public final func addDoneCallback(
        on loop: isolated Loop = #isolation, file: StaticString = #fileID, line: UInt = #line,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) (Future<T>) -> Void
    ) -> Handle {
        core.expectOwn(loop, "Future.addDoneCallback")
        let call = loop.callable(body)
        let handle = DoneCallback(core, SourcePlace(file: file, line: line)) { [unowned self] in call(self) }
        whenDone(handle)
        return handle
    }

    /// The same from any thread, before the loop runs, too. Corresponds to `concurrent.futures.Future.add_done_callback`, but
    /// that `body` is always called by the loop.
    ///
    /// - Throws: `LoopError.closed`.
    @discardableResult
    public final func addDoneCallbackThreadsafe(
        file: StaticString = #fileID, line: UInt = #line, _ body: @escaping @Sendable (isolated Loop, Future<T>) -> Void
    ) throws(LoopError) -> Handle {
        let handle = DoneCallback(core, SourcePlace(file: file, line: line)) { [unowned self] in
            if let loop = core.loop { loop.assumeIsolated { body($0, self) } }
        }
        guard core.callOnLoop({ [self] _ in whenDone(handle) }) else { throw .closed }
        return handle
    }
}

extension AnyFuture {
    /// Takes a callback back. Corresponds to `Future.remove_done_callback`. O(n) in the number of callbacks.
    ///
    /// - Returns: whether it was there. It is not when the future is done: then the callback is in the ready queue, and only
    ///   its own `cancel` stops it.
    @discardableResult
    public final func removeDoneCallback(_ handle: Handle, on loop: isolated Loop = #isolation) -> Bool {
        core.expectOwn(loop, "AnyFuture.removeDoneCallback")
        return forget(handle)
    }
}
