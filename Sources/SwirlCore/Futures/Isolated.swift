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
        static func copied(_ from: From) -> To { unsafe unsafeBitCast(from, to: To.self) }

        @inline(__always)
        static func moved(_ from: consuming From) -> To {
            // Through memory: `unsafeBitCast` copies, and the compiler does not take back that retain.
            var room: From? = consume from
            return unsafe withUnsafeMutablePointer(to: &room) { place in
                let to = unsafe UnsafeMutableRawPointer(place).assumingMemoryBound(to: To?.self).move()
                unsafe place.initialize(to: nil)
                return unsafe to.unsafelyUnwrapped
            }
        }
    }

    private struct AnyIsolation { let call: @isolated(any) () -> Void }
    private struct NoIsolation { let call: () -> Void }

    @inline(__always)
    static func synchronous(_ body: consuming @escaping @isolated(any) () -> Void) -> () -> Void {
        Cast<AnyIsolation, NoIsolation>.moved(AnyIsolation(call: body)).call
    }

    private struct AnyIsolationOf<A> { let call: @isolated(any) (A) -> Void }
    private struct NoIsolationOf<A> { let call: (A) -> Void }

    @inline(__always)
    static func synchronous<A>(_ body: consuming @escaping @isolated(any) (A) -> Void) -> (A) -> Void {
        Cast<AnyIsolationOf<A>, NoIsolationOf<A>>.copied(AnyIsolationOf(call: body)).call
    }

    private struct OnLoop { let call: (isolated Loop, (isolated Loop) -> Void) -> Void }
    private struct WithLoop { let call: (Loop, (isolated Loop) -> Void) -> Void }

    /// Calls a closure that takes the loop. What is cast is the function that calls it, which is a constant: neither a copy of
    /// the closure, nor a box for its generic parameters.
    @inline(__always)
    static func call(_ body: (isolated Loop) -> Void, on loop: Loop) {
        Cast<OnLoop, WithLoop>.copied(OnLoop { loop, body in body(loop) }).call(loop, body)
    }

    private struct Sent<T> { let call: @isolated(any) () async throws -> T }
    private struct Held<T> { let call: @Sendable @isolated(any) () async throws -> T }

    /// A closure that was sent, which only who got it has, as one that another closure can hold.
    @inline(__always)
    static func sendable<T>(
        _ body: @escaping @isolated(any) () async throws -> T
    ) -> @Sendable @isolated(any) () async throws -> T {
        // Not moved: in memory a closure of a generic type has the runtime asked for that type, 2,000 instructions.
        Cast<Sent<T>, Held<T>>.copied(Sent(call: body)).call
    }
}
