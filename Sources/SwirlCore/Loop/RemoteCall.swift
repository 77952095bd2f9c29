import Synchronization

/// Something that a foreign thread wants done on the loop's thread: an operation, a future to wait for.
final class RemoteCall: @unchecked Sendable {
    // Sendable: made by one thread, run once by the loop's. What `body` names is kept valid by the task that waits (D4).
    private let body: (LoopCore) -> Void

    init(_ body: @escaping (LoopCore) -> Void) {
        self.body = body
    }

    func run(_ core: LoopCore) {
        body(core)
    }
}

extension LoopCore {
    /// Runs `body` on the loop's thread: now when this is it, later when not, never when the loop is closed, or was dropped so
    /// that nobody will run it. False in that last case.
    @discardableResult
    func callOnLoop(_ body: @escaping (LoopCore) -> Void) -> Bool {
        if isOnOwnerThread {
            body(self)
            return true
        }
        return !isOrphan.load(ordering: .acquiring) && inbox.post(.run(RemoteCall(body)))
    }
}
