/// Runs the body of a scope that something was taken for, and gives that back whatever happens: `withLock`, `withPermit`.
///
/// An error of the body's says more than one of giving back, which then means that the body has done so itself.
@inline(__always)
nonisolated(nonsending) func runThenGiveBack<R: ~Copyable>(
    _ body: nonisolated(nonsending) () async throws -> R, _ giveBack: () throws -> Void
) async throws -> R {
    let result: R
    do {
        result = try await body()
    } catch {
        try? giveBack()
        throw error
    }
    try giveBack()
    return result
}
