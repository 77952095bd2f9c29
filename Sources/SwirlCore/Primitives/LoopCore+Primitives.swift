/// What every primitive asks of the core: whether it may be used here and now.
extension LoopCore {
    /// Whether the running task may use a primitive of this loop now.
    ///
    /// Asked also where nothing has to be waited for: a task whose cancel lost against a result ends at its next operation,
    /// however much there is to take.
    @inline(__always)
    nonisolated(nonsending) func admit(_ operation: StaticString) async throws {
        guard isOnOwnerThread else { throw wrongLoop(operation) }
        let refusal = refusal(on: nil)
        if refusal < 0 { throw Ending.error(await refused(refusal)) }
    }

    @inline(never)
    private func wrongLoop(_ operation: StaticString) -> WrongLoopError {
        reportWrongThread("\(operation)")
        return WrongLoopError(operation: "\(operation)")
    }

    /// For members that take the loop: it may be another one than the primitive's.
    @inline(__always)
    func expectOwn(_ loop: Loop, _ operation: StaticString) {
        precondition(loop.core === self, "\(WrongLoopError(operation: "\(operation)"))")
    }
}
