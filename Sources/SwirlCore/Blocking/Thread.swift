import CSwirlSystem

/// A pthread with all signals blocked: they are for the threads that asked for them.
enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a thread of its own, which the caller joins or detaches. Nothing when no thread can be had.
    static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(Body(body))
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                // SAFETY: retained for this thread, which gets it once.
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        if result == 0 { return thread }
        unsafe argument.release()
        return nil
    }

    /// The same with a thread that nobody waits for. False when none can be had.
    static func detached(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = start(body) else { return false }
        pthread_detach(thread)
        return true
    }
}
