extension Loop {
    /// A pending future of this loop. From any thread. Corresponds to `loop.create_future`.
    public nonisolated func createFuture<T: Sendable>(of type: T.Type = T.self) -> Future<T> {
        Future(core: core)
    }

    /// The future itself: so that a function can take futures and closures alike. Corresponds to `asyncio.ensure_future`.
    ///
    /// - Throws: `FutureError.foreignLoop` when it belongs to another loop.
    public nonisolated func ensureFuture<T: Sendable>(_ future: Future<T>) throws(FutureError) -> Future<T> {
        guard future.core === core else { throw .foreignLoop("\(future)") }
        return future
    }

    /// The future of a new task that runs `body`: as `createTask`.
    public nonisolated func ensureFuture<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        @_inheritActorContext(always) _ body: sending @escaping @isolated(any) () async throws -> T
    ) -> Future<T> {
        createTask(name: name, file: file, line: line, body)
    }

    /// The same for a body that is isolated to the loop by its parameter.
    public nonisolated func ensureFuture<T: Sendable>(
        name: String? = nil, file: StaticString = #fileID, line: UInt = #line,
        _ body: @escaping @Sendable (isolated Loop) async throws -> T
    ) -> Future<T> {
        createTask(name: name, file: file, line: line, body)
    }
}
