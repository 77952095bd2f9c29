// How a task of the loop suspends: by a hop to an executor that runs the job when its wait has ended.
//
// Facts. A continuation is the usual way. The runtime then prepares one, puts down that the task is suspended, and, when
// somebody resumes it, asks for the task's preferred executor and enqueues the task as a new job: some 1,100 instructions.
// But a task that steps to an actor with an executor of its own is handed to that executor as a job at once, and when
// that job runs is the executor's affair: some 500.
//
// So the loop has an actor, `Parking`, whose executor puts the job into the slot of the wait that the task has just said it
// would wait for. Whoever ends the wait puts that job into the ready queue. There it is run like any other, as isolated to
// the loop, reads the result from its slot, and steps back to its caller's actor. That is the loop, or whoever has the
// loop's executor, nearly always, so the runtime sees that it is there already.
//
// Between saying which wait (`core.parkingPlace`) and the hop nothing else runs, because both are on the loop's thread.

/// Where tasks are while they wait.
@usableFromInline
package actor Parking {
    /// Where the job goes that the next hop brings. On the loop's thread.
    struct Place {
        var token = Token.inline
        /// Whether the task goes on isolated to the loop (or another actor), and not to nothing.
        var isIsolated = true
    }

    nonisolated let executor = ParkingExecutor()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: executor) }

    /// The result of a wait. The task gets here when the wait has ended.
    @usableFromInline
    package func result(of token: Token) -> Int32 {
        // SAFETY: as in the executor.
        unsafe executor.core._withUnsafeGuaranteedRef { $0.slots.take(token.index) }
    }
}

/// Hands jobs to the slots of what they wait for.
@safe
final class ParkingExecutor: SerialExecutor, @unchecked Sendable {
    /// Whose this is. Unmanaged: even an unowned reference is retained and released at each use.
    ///
    /// SAFETY: set by the core's initialiser. The core keeps this, and a task that waits keeps the core.
    @safe var core: Unmanaged<LoopCore>!

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        unsafe core._withUnsafeGuaranteedRef { $0.park(job) }
    }

    func isIsolatingCurrentContext() -> Bool? { unsafe core._withUnsafeGuaranteedRef { $0.isOnOwnerThread } }

    func checkIsolated() { unsafe core._withUnsafeGuaranteedRef { $0.checkIsolated() } }
}
