/// Calls closures of the loop's isolation synchronously.
enum Isolated {
    /// A callback that was made on a loop, as one that can be called there without `await`.
    ///
    /// The type says `@isolated(any)`, for which the compiler wants an `await`, though such a closure is run on the loop's
    /// thread only. SAFETY: `@isolated(any)` changes what the compiler demands of a caller, not how the function is called.
    static func synchronous(_ body: @escaping @isolated(any) () -> Void) -> () -> Void {
        unsafe unsafeBitCast(body, to: (() -> Void).self)
    }

    static func synchronous<A>(_ body: @escaping @isolated(any) (A) -> Void) -> (A) -> Void {
        unsafe unsafeBitCast(body, to: ((A) -> Void).self)
    }

    /// Calls a function that says it runs on the loop from wherever this is: one that only makes a closure of that isolation.
    ///
    /// SAFETY: `isolated` changes what the compiler demands of a caller, not how the function is called; what may be called
    /// so touches nothing of the loop's.
    static func call<A, B>(_ function: (isolated Loop, A, B) -> Void, _ loop: Loop, _ a: A, _ b: B) {
        withoutActuallyEscaping(function) { unsafe unsafeBitCast($0, to: ((Loop, A, B) -> Void).self)(loop, a, b) }
    }
}
