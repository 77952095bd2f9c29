// The three overloads differ in their body's isolation only. Their closures are alike on purpose: a function that took the
// body would be one more async frame for every task, and a connection's frames should fit the first slab of 984 bytes.

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
        Task(name: task.name, executorPreference: core) {
            guard task.begin() else { return }
            do { task.end(.success(try await body())) } catch { task.end(.failure(error)) }
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
        Task(name: task.name, executorPreference: core) {
            guard task.begin() else { return }
            do { task.end(.success(try await body(self))) } catch { task.end(.failure(error)) }
        }
        return task
    }

    /// Starts a task that runs a function on the loop, isolated to nothing. Otherwise as above.
    @discardableResult
    public nonisolated func createTask<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        _ body: @escaping @Sendable () async throws -> T
    ) -> LoopTask<T> {
        let task = LoopTask<T>(core: core, name: name, place: SourcePlace(file: file, line: line))
        Task(name: task.name, executorPreference: core) {
            guard task.begin() else { return }
            do { task.end(.success(try await body())) } catch { task.end(.failure(error)) }
        }
        return task
    }

    /// Starts a task from another thread, and wakes the loop: `createTask` that refuses a closed loop. Corresponds to
    /// `asyncio.run_coroutine_threadsafe`.
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
