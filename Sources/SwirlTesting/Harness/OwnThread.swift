import CSwirlSystem

/// A closure on a pthread of its own. Loops are driven, and what blocks is called, outside of Swift's pool of threads.
@safe
final class OwnThread: @unchecked Sendable {
    // Sendable: `thread` is written before anybody else has the object.
    private var thread = pthread_t()

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    @discardableResult
    init(_ body: @escaping @Sendable () -> Void) {
        let argument = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                // SAFETY: the creator retained it for this thread.
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument)
        precondition(result == 0, "no thread could be started: \(result)")
    }

    /// Starts a thread that nobody joins.
    static func detached(_ body: @escaping @Sendable () -> Void) {
        pthread_detach(OwnThread(body).thread)
    }

    /// Waits for its end. Once.
    func join() {
        pthread_join(thread, nil)
    }

    /// Takes it out of whatever class of scheduling it has put itself in.
    func scheduleAsUsual() {
        var none = sched_param()
        unsafe pthread_setschedparam(thread, SCHED_OTHER, &none)
    }

    /// Interrupts what it waits in.
    func signal(_ number: Int32) {
        pthread_kill(thread, number)
    }
}
