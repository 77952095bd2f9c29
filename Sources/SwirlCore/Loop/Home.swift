import Synchronization

/// What code on the loop's thread can be isolated to when its `Loop` may be gone: an actor with the loop's executor.
@safe
package actor Home {
    // SAFETY: set by the core's initialiser. The core keeps this, and whoever comes here keeps the core.
    nonisolated(unsafe) var core: Unmanaged<LoopCore>!

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe core._withUnsafeGuaranteedRef { unsafe UnownedSerialExecutor(ordinary: $0) }
    }

    /// Where the first thing in an isolated closure is another `await`, the compiler may leave the hop to its actor out; but a
    /// function that inherits its caller's isolation believes that it is there. So something is done here first.
    fileprivate func enter<R: Sendable>(_ body: @Sendable (isolated Home) async -> R) async -> R {
        unsafe core._withUnsafeGuaranteedRef { $0.checkIsolated() }
        return await body(self)
    }
}

extension LoopCore {
    /// Runs `body` on the loop's thread, as a step of the calling task that hops there and back. For callers on other
    /// threads. After the loop's close that is the rescue thread. Nothing when the loop is gone and was never closed.
    ///
    /// The isolated parameter takes `body` there, and the executor preference keeps there what it calls: a closure for the
    /// standard library, such as a cancellation handler's, runs where its task prefers to be. Without preference that is
    /// another thread, in the middle of `body`.
    package nonisolated(nonsending) func onLoop<R: Sendable>(_ body: @Sendable (isolated Home) async -> R) async -> R? {
        if isOrphan.load(ordering: .acquiring) && !isClosed.load(ordering: .acquiring) { return nil }
        return await withTaskExecutorPreference(self) { await home.enter(body) }
    }
}
