/// Calls closures of the loop's isolation synchronously.
///
/// A callback that was made on a loop can be called on its thread without `await`, though its type says `@isolated(any)` or
/// takes the loop as an isolated parameter. SAFETY, of all of these: isolation changes what the compiler demands of a caller,
/// not how the function is called.
///
/// Each cast is of a struct around the closure. A bare function that goes through a generic function, as `unsafeBitCast` is,
/// is wrapped on its way in and out, which would be two allocations for each callback.
enum Isolated {
    private struct Cast<From, To> {
        @inline(__always)
        static func apply(_ from: From) -> To { unsafe unsafeBitCast(from, to: To.self) }
    }

    private struct AnyIsolation { let call: @isolated(any) () -> Void }
    private struct NoIsolation { let call: () -> Void }

    @inline(__always)
    static func synchronous(_ body: @escaping @isolated(any) () -> Void) -> () -> Void {
        Cast<AnyIsolation, NoIsolation>.apply(AnyIsolation(call: body)).call
    }

    private struct AnyIsolationOf<A> { let call: @isolated(any) (A) -> Void }
    private struct NoIsolationOf<A> { let call: (A) -> Void }

    @inline(__always)
    static func synchronous<A>(_ body: @escaping @isolated(any) (A) -> Void) -> (A) -> Void {
        Cast<AnyIsolationOf<A>, NoIsolationOf<A>>.apply(AnyIsolationOf(call: body)).call
    }

    private struct OnLoop { let call: (isolated Loop, (isolated Loop) -> Void) -> Void }
    private struct WithLoop { let call: (Loop, (isolated Loop) -> Void) -> Void }

    /// Calls a closure that takes the loop. What is cast is the function that calls it: a cast of the closure itself is a copy,
    /// and so a retain.
    @inline(__always)
    static func call(_ body: (isolated Loop) -> Void, on loop: Loop) {
        Cast<OnLoop, WithLoop>.apply(OnLoop { loop, body in body(loop) }).call(loop, body)
    }

    // Of one parameter each, which a task has anyway: casting what takes the body's type as another asks the runtime for that
    // type, 300 instructions for each task.
    typealias Inheriting<T> = @Sendable @isolated(any) () async throws -> T
    private struct LaunchInheriting<T: Sendable> { let call: (isolated Loop, LoopTask<T>, @escaping Inheriting<T>) -> Void }
    private struct FreeLaunchInheriting<T: Sendable> { let call: (Loop, LoopTask<T>, @escaping Inheriting<T>) -> Void }

    /// Has a function that says it runs on the loop called from wherever this is: one that only makes a closure of that
    /// isolation, and so touches nothing of the loop's.
    @inline(__always)
    static func launching<T: Sendable>(
        inheriting function: @escaping (isolated Loop, LoopTask<T>, @escaping Inheriting<T>) -> Void
    ) -> (Loop, LoopTask<T>, @escaping Inheriting<T>) -> Void {
        Cast<LaunchInheriting<T>, FreeLaunchInheriting<T>>.apply(LaunchInheriting(call: function)).call
    }

    typealias OfLoop<T> = @Sendable (isolated Loop) async throws -> T
    private struct LaunchIsolated<T: Sendable> { let call: (isolated Loop, LoopTask<T>, @escaping OfLoop<T>) -> Void }
    private struct FreeLaunchIsolated<T: Sendable> { let call: (Loop, LoopTask<T>, @escaping OfLoop<T>) -> Void }

    /// The same for a body that takes the loop.
    @inline(__always)
    static func launching<T: Sendable>(
        isolated function: @escaping (isolated Loop, LoopTask<T>, @escaping OfLoop<T>) -> Void
    ) -> (Loop, LoopTask<T>, @escaping OfLoop<T>) -> Void {
        Cast<LaunchIsolated<T>, FreeLaunchIsolated<T>>.apply(LaunchIsolated(call: function)).call
    }

    typealias OfNothing<T> = @Sendable () async throws -> T
    private struct LaunchFunction<T: Sendable> { let call: (isolated Loop, LoopTask<T>, @escaping OfNothing<T>) -> Void }
    private struct FreeLaunchFunction<T: Sendable> { let call: (Loop, LoopTask<T>, @escaping OfNothing<T>) -> Void }

    /// The same for a body that takes nothing.
    @inline(__always)
    static func launching<T: Sendable>(
        function: @escaping (isolated Loop, LoopTask<T>, @escaping OfNothing<T>) -> Void
    ) -> (Loop, LoopTask<T>, @escaping OfNothing<T>) -> Void {
        Cast<LaunchFunction<T>, FreeLaunchFunction<T>>.apply(LaunchFunction(call: function)).call
    }
}
