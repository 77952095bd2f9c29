import CSwirlSystem

/// A pthread with all signals blocked: they are for the threads that asked for them.
enum Thread {
    static func start(
        _ argument: UnsafeMutableRawPointer?, _ body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    ) -> pthread_t? {
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        return unsafe pthread_create(&thread, nil, body, argument) == 0 ? thread : nil
    }
}
