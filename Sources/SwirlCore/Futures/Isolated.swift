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

    static func synchronous(_ body: @escaping @isolated(any) () -> Void) -> () -> Void {
        Cast<AnyIsolation, NoIsolation>.apply(AnyIsolation(call: body)).call
    }

    private struct AnyIsolationOf<A> { let call: @isolated(any) (A) -> Void }
    private struct NoIsolationOf<A> { let call: (A) -> Void }

    static func synchronous<A>(_ body: @escaping @isolated(any) (A) -> Void) -> (A) -> Void {
        Cast<AnyIsolationOf<A>, NoIsolationOf<A>>.apply(AnyIsolationOf(call: body)).call
    }

    private struct OnLoop { let call: (isolated Loop) -> Void }
    private struct WithLoop { let call: (Loop) -> Void }

    static func synchronous(_ body: @escaping (isolated Loop) -> Void) -> (Loop) -> Void {
        Cast<OnLoop, WithLoop>.apply(OnLoop(call: body)).call
    }

    private struct Launch<A, B> { let call: (isolated Loop, A, B) -> Void }
    private struct FreeLaunch<A, B> { let call: (Loop, A, B) -> Void }

    /// Calls a function that says it runs on the loop from wherever this is: one that only makes a closure of that isolation,
    /// and so touches nothing of the loop's.
    static func call<A, B>(_ function: @escaping (isolated Loop, A, B) -> Void, _ loop: Loop, _ a: A, _ b: B) {
        Cast<Launch<A, B>, FreeLaunch<A, B>>.apply(Launch(call: function)).call(loop, a, b)
    }
}
