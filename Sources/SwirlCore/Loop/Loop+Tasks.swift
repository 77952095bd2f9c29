// How a task of the loop begins: by one trip through the ready queue, in the order of the calls.
//
// `Task.init` with an executor preference takes a closure that is isolated to nothing, and enqueues the task as such. A job
// that begins as something else than it is run as begins with a hop, a second trip, and what was queued in between would run
// first. So there are two ways to launch:
//
// - A body that is isolated to the loop is called by a closure that is isolated to it as well, whose type does not say so (an
//   `async` closure may be called as one of no isolation: it goes to its actor by itself). It is run as isolated, like all jobs.
// - Any other body is called by a closure of no isolation, and its first job is marked: it is run as isolated to nothing.
//
// The closures are alike on purpose: a function that took the body would be one more async frame for every task, and a
// connection's frames should fit the first slab of 984 bytes.
//
// They give the result back a second time, to a Swift task that nobody asks for it, and that is gone at once. A closure of the
// type `() async throws -> T` is what the runtime calls. One that returns nothing, or does not throw, is wrapped in two more
// closures on its way there: two allocations and four async frames, a tenth of a task's life.

import CSwirlSystem

extension Loop {
    /// Starts a task on the loop. From any thread; before the loop runs, too. Corresponds to `loop.create_task`.
    ///
    /// The body inherits the caller's isolation: on the loop it shares what the caller can touch.
    /// Cancelled before its first step, it never runs. On a loop that is closing or closed neither: it is cancelled.
    ///
    /// Its first step is never inline: the task goes to the end of the ready queue, or through the inbox.
    @discardableResult
    public nonisolated func createTask<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () async throws -> T
    ) -> LoopTask<T> {
        let task = LoopTask<T>(core: core, name: name, place: SourcePlace(file: file, line: line))
        // SAFETY: `sending` gave it to us alone; the type only lets the closure below, which is as alone, hold it.
        let body = Isolated.sendable(body)
        if body.isolation === self {
            Isolated.call({ Self.launch(on: $0, task, inheriting: body) }, on: self)
        } else {
            swirl_set_launching_nonisolated(true)
            _ = Task<T, any Error>(name: task.givenName, executorPreference: core) {
                try task.begin()
                do { return task.end(returning: try await body()) } catch { throw task.end(throwing: error) }
            }
            swirl_set_launching_nonisolated(false)
        }
        return task
    }

    /// Starts a task whose body is isolated to the loop by its parameter. Otherwise as above.
    @discardableResult
    public nonisolated func createTask<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) -> LoopTask<T> {
        let task = LoopTask<T>(core: core, name: name, place: SourcePlace(file: file, line: line))
        Isolated.call({ Self.launch(on: $0, task, isolated: body) }, on: self)
        return task
    }

    /// Starts a task that runs a function on the loop, isolated to nothing. Otherwise as above.
    @discardableResult
    public nonisolated func createTask<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        _ body: @escaping @Sendable () async throws -> T
    ) -> LoopTask<T> {
        let task = LoopTask<T>(core: core, name: name, place: SourcePlace(file: file, line: line))
        Isolated.call({ Self.launch(on: $0, task, function: body) }, on: self)
        return task
    }

    private static func launch<T: Sendable>(
        on loop: isolated Loop, _ task: LoopTask<T>, inheriting body: @escaping @Sendable @isolated(any) () async throws -> T
    ) {
        // SAFETY: Task.init takes it as sent to nobody's isolation; it runs in the loop's.
        nonisolated(unsafe) let first: @concurrent () async throws -> T = {
            _ = loop
            try task.begin()
            do { return task.end(returning: try await body()) } catch { throw task.end(throwing: error) }
        }
        _ = Task<T, any Error>(name: task.givenName, executorPreference: loop.core, operation: unsafe first)
    }

    private static func launch<T: Sendable>(
        on loop: isolated Loop, _ task: LoopTask<T>, isolated body: @escaping @Sendable (isolated Loop) async throws -> T
    ) {
        // SAFETY: as above.
        nonisolated(unsafe) let first: @concurrent () async throws -> T = {
            try task.begin()
            do { return task.end(returning: try await body(loop)) } catch { throw task.end(throwing: error) }
        }
        _ = Task<T, any Error>(name: task.givenName, executorPreference: loop.core, operation: unsafe first)
    }

    private static func launch<T: Sendable>(
        on loop: isolated Loop, _ task: LoopTask<T>, function body: @escaping @Sendable () async throws -> T
    ) {
        // SAFETY: as above.
        nonisolated(unsafe) let first: @concurrent () async throws -> T = {
            _ = loop
            try task.begin()
            do { return task.end(returning: try await body()) } catch { throw task.end(throwing: error) }
        }
        _ = Task<T, any Error>(name: task.givenName, executorPreference: loop.core, operation: unsafe first)
    }

    /// Starts a task from another thread, and wakes the loop: `createTask` that refuses a closed loop. Corresponds to
    /// `asyncio.run_coroutine_threadsafe`.
    ///
    /// A loop that is closing takes it and cancels it: it never runs, and its value throws `CancellationError`.
    ///
    /// - Throws: `LoopError.closed`.
    public nonisolated func submit<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) throws(LoopError) -> LoopTask<T> {
        if isClosed { throw .closed }
        return createTask(name: name, file: file, line: line, body)
    }
}
