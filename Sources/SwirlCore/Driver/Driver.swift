import CSwirlSystem
public import SystemPackage

/// A backend at work for one loop: it takes operations and gives completions back.
///
/// All members but `waker`, `capabilities` and `now` belong to the loop's owner thread from `attach()` on. What a driver
/// promises is numbered D1 to D15 in `docs/DRIVER-CONTRACT.md`; `Conformance.all` in SwirlTesting checks it.
public protocol Driver: AnyObject {
    /// How each operation is done here.
    var capabilities: Capabilities { get }

    /// Ends a `wait` from any thread.
    var waker: any Waker { get }

    /// Binds the driver to the calling thread, for life. Called before the first `submit`; again only if it threw.
    func attach() throws(Errno)

    /// Starts an operation. Only with `.inFlight` will `token` come back from `wait` (D1).
    func submit(_ operation: Operation, as token: Token) -> Disposition

    /// Receives without waiting: `recv(2)` with `MSG_DONTWAIT`. How many bytes, 0 at the end of the stream, or an error:
    /// `-EAGAIN` when nothing is known to be there, which a `poll` then waits for (D7).
    func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32

    /// Sends without waiting: `send(2)` with `MSG_DONTWAIT | MSG_NOSIGNAL`. How many bytes, maybe not all, or an error:
    /// `-EAGAIN` when there is no room. Nothing else of this direction is in flight on the descriptor (D14).
    func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32

    /// Asks that an operation end early. Returns nothing: its terminal completion still comes from `wait` (D3).
    func cancel(_ token: Token)

    /// Submits what is queued, then sleeps until a completion, a wake or the deadline, and appends completions to
    /// `batch` while it has room; what does not fit stays for the next call (D5, D6). May return early with nothing.
    func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno)

    /// Opens the group of receive buffers, empty, with room for `capacity` of them (a power of two).
    /// Only called with `Capabilities.picksBuffers`.
    func provide(capacity: UInt16) throws(Errno)

    /// Gives a buffer to the group, for the first time or again: no bytes in it are used any longer.
    func recycle(buffer: UInt16, memory: UnsafeMutableRawBufferPointer)

    /// The monotonic clock that deadlines are in, in nanoseconds: from any thread, and also after `shutDown`. A simulated
    /// kernel answers with its own.
    var now: Int64 { get }

    /// Frees what the driver holds, its descriptors among it. Nothing is in flight (D9). Without an `attach` before, on any
    /// thread. A second time it does nothing.
    func shutDown()
}

extension Driver {
    /// `CLOCK_MONOTONIC`.
    public var now: Int64 { swirl_monotonic_nanoseconds() }

    public func provide(capacity: UInt16) throws(Errno) {
        throw .notSupported
    }

    public func recycle(buffer: UInt16, memory: UnsafeMutableRawBufferPointer) {}
}

/// What `submit` did.
public enum Disposition: Sendable {
    /// The token's completions come from `wait`.
    case inFlight
    /// Done at once, with this result; the token is free again.
    case ended(Int32)
    /// Not for this driver, and nothing has happened (D10): the loop's blocking pool does it.
    case declined
}

/// Until when a `wait` may sleep.
public enum Deadline: Sendable, Hashable {
    /// Do not sleep.
    case now
    /// Nanoseconds of the monotonic clock.
    case at(nanoseconds: Int64)
    case never
}

/// Ends a driver's `wait` from any thread. One call is enough however many reasons there are; the loop coalesces.
public protocol Waker: AnyObject, Sendable {
    /// Makes the present `wait` return, or the next one. From any thread; also after `shutDown`, when it must do no harm.
    func wake()

    /// Lets other threads that are ready to run do so first. The loop's thread calls it where they have just posted many
    /// things one after the other, so that they post more before the loop sleeps, without a wake. Does nothing by default.
    func giveWay()
}

extension Waker {
    public func giveWay() {}
}
