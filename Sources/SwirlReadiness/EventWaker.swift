import CSwirlSystem
public import SwirlCore
public import SystemPackage

/// Wakes by an eventfd, which the poller watches.
///
/// A poller that tells changes only never has to read it: each write is a change. The others read it when it is ready.
public final class EventWaker: Waker {
    public let descriptor: Int32

    public init() throws(Errno) {
        descriptor = swirl_eventfd()
        if descriptor < 0 { throw Errno(rawValue: -descriptor) }
    }

    deinit {
        _ = swirl_close(descriptor)
    }

    public func wake() {
        let result = swirl_eventfd_signal(descriptor)
        precondition(result == 0, "a loop could not be woken: \(Errno(rawValue: -result))")
    }

    /// Takes the wakes back, so that a level-triggered poller sees none.
    public func drain() {
        var count: UInt64 = 0
        _ = unsafe swirl_read(descriptor, &count, 8)
    }
}
