import SwirlCore

extension Conformance {
    static let closeEndsWaits = Scenario.blocking("closing a loop ends who waits for its primitives", "") { context in
        let loop = try Loop(context.backend)
        let ends = Box<[String]>([])
        try loop.runUntilComplete { loop in
            let (lock, event, semaphore) = (Lock(), Event(), Semaphore(0))
            let (barrier, queue, condition) = (Barrier(parties: 2), Queue<Int>(maxSize: 1), Condition())
            try await lock.acquire()
            try queue.putNowait(1)
            func start(_ body: @escaping @Sendable (isolated Loop) async throws -> Void) {
                loop.createTask { (loop: isolated Loop) in
                    do { try await body(loop) } catch { ends.note("\(type(of: error))") }
                }
            }
            start { _ in try await lock.acquire() }
            start { _ in try await event.wait() }
            start { _ in try await semaphore.acquire() }
            start { _ in try await barrier.wait() }
            start { _ in try await queue.put(2) }
            start { _ in try await queue.join() }
            start { _ in try await condition.withLock { try await condition.wait() } }
            try await loop.turns()
        }
        try loop.close()
        try expectEqual(ends.value, Array(repeating: "CancellationError", count: 7), "the ends")
    }

    /// They are not the loop's own, so it does not cancel them; it ends what they wait for.
    static let closeEndsForeignWaits = Scenario.blocking("closing a loop ends the waits of tasks that it did not make", "") {
        context in
        let loop = try Loop(context.backend)
        let ends = Box<[String]>([])
        try loop.runUntilComplete { loop in
            let (lock, event, queue) = (Lock(), Event(), Queue<Int>())
            Task {
                func note(_ body: () async throws -> Void) async {
                    do { try await body() } catch { ends.note("\(error)") }
                    loop.preconditionIsolated()
                }
                await note { try await event.wait() }
                // What it asks for now is refused, also what is free.
                await note { try await lock.acquire() }
                await note { _ = try await queue.get() }
            }
            try await loop.turns()
            try expectEqual("\(event)", "<Event unset waiters=1>", "the event")
        }
        try loop.close()
        try expectEqual(ends.value, Array(repeating: "\(LoopError.closed)", count: 3), "the ends")
    }

    /// No cancel ends that wait, but the loop's end does; the task goes on where jobs of closed loops run (D13).
    static let closeEndsRelocking = Scenario.blocking("closing a loop ends who takes a condition's lock again", "") { context in
        var options = LoopOptions()
        options.closeDeadline = .milliseconds(5)
        let loop = try Loop(context.backend, options: options)
        let end = Once<String>()
        try loop.runUntilComplete { loop in
            let condition = Condition()
            loop.createTask { (loop: isolated Loop) in
                do { try await condition.withLock { try await condition.wait() } } catch { end.finish("\(error)") }
            }
            try await loop.turns()
            try await condition.acquire()
            try condition.notify()
            try await loop.turns()
            try expectEqual("\(condition.lock)", "<Lock locked waiters=1>", "the lock")
        }
        try expectEqual(refusal { try loop.close() } as? LoopError, .closedWithTasks(1), "closing")
        try expectEqual(end.wait(.seconds(5)), "\(LoopError.closed)", "the end")
    }
}
