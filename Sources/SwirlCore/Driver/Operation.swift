public import CSwirlSystem

/// What is asked of the kernel: one case for each call that files and sockets make. With `Driver.receiveNow` and `sendNow`,
/// which never wait, the only door to it.
///
/// Closed on purpose: third parties add backends, not operations, and for a `submit` without `default` the compiler lists what
/// there is to answer.
/// A driver may decline every case that it does not know how to do without blocking; `Perform` then does it on the
/// loop's blocking pool.
///
/// Results are those of the system call named at the case: a value, or a negative error number.
///
/// Memory that an operation names belongs to whoever waits for it and stays valid until the terminal completion (D4).
@unsafe
public enum Operation {
    // MARK: Streams. They wait for a peer.

    /// `recv(2)`. 0 is the end of the stream.
    case receive(Descriptor, into: UnsafeMutableRawBufferPointer)
    /// Multishot: each completion names a buffer of the driver's group and how many bytes lie in it. Ends, without
    /// `.more`, after `limit` bytes (D15), at the end of the stream (0), on an error, or for want of buffers
    /// (`-ENOBUFS`). Only for drivers with `Capabilities.picksBuffers`.
    case receiveGroup(Descriptor, limit: UInt32)
    /// `send(2)` with `MSG_NOSIGNAL`. May send a part.
    case send(Descriptor, from: UnsafeRawBufferPointer)
    /// `sendmsg(2)` with `MSG_NOSIGNAL`: several pieces in one call. May send a part. At most 1,024 pieces.
    case sendVectors(Descriptor, UnsafePointer<msghdr>)
    /// `accept4(2)` with `SOCK_NONBLOCK | SOCK_CLOEXEC`, multishot: a completion for each connection. The
    /// listener is non-blocking.
    case accept(Descriptor)
    /// `connect(2)`, done when the connection stands or is refused. The socket is non-blocking.
    case connect(Descriptor, to: UnsafeRawBufferPointer)
    /// `poll(2)` for one direction: done, with the events, when the descriptor is ready or has failed.
    case poll(Descriptor, Direction)

    // MARK: Files, and whatever else is read and written

    /// `preadv2(2)` at an offset, or at the descriptor's position when `at` is -1. May read less than asked.
    case read(Descriptor, into: UnsafeMutableRawBufferPointer, at: Int64)
    /// `pwritev2(2)` at an offset, or at the descriptor's position when `at` is -1. May write a part.
    case write(Descriptor, from: UnsafeRawBufferPointer, at: Int64)
    /// `openat2(2)`. The value is the new descriptor's number.
    case open(at: Int32, path: UnsafePointer<CChar>, how: UnsafePointer<swirl_open_how>)
    /// `fstat(2)`.
    case fileStatus(Descriptor, into: UnsafeMutablePointer<swirl_status>)
    /// `fstatat(2)`.
    case pathStatus(at: Int32, path: UnsafePointer<CChar>, flags: Int32, into: UnsafeMutablePointer<swirl_status>)
    /// `ftruncate(2)`.
    case truncate(Descriptor, size: Int64)
    /// `fsync(2)`, or `fdatasync(2)`.
    case synchronize(Descriptor, dataOnly: Bool)
    /// `close(2)`. Nothing is in flight on the descriptor (D9); a driver also forgets what it knew about it.
    case close(Descriptor)

    // MARK: Control: cheap calls that cannot block. Real drivers end them inline through `Perform`.

    /// `socket(2)` with `SOCK_NONBLOCK | SOCK_CLOEXEC`. The value is the new descriptor's number.
    case socket(domain: Int32, type: Int32, protocol: Int32)
    /// `bind(2)`.
    case bind(Descriptor, to: UnsafeRawBufferPointer)
    /// `listen(2)`.
    case listen(Descriptor, backlog: Int32)
    /// `setsockopt(2)`.
    case setOption(Descriptor, level: Int32, name: Int32, value: UnsafeRawBufferPointer)
    /// `getsockopt(2)`. The value is the option's length.
    case getOption(Descriptor, level: Int32, name: Int32, into: UnsafeMutableRawBufferPointer)
    /// `getsockname(2)`. The value is the address's length.
    case localName(Descriptor, into: UnsafeMutableRawBufferPointer)
    /// `getpeername(2)`. The value is the address's length.
    case peerName(Descriptor, into: UnsafeMutableRawBufferPointer)
    /// `shutdown(2)`.
    case shutdown(Descriptor, how: Int32)
    /// `eventfd(2)`, non-blocking. The value is the new descriptor's number.
    case makeEvent
    /// `sigaction(2)`: from now on, an arrival of the signal is put down for `takeSignal`, and makes the eventfd readable. A
    /// descriptor of -1 restores what was there before. With `once` only where nobody handles the signal (else `-EBUSY`),
    /// and for one arrival: the next one does what it did before.
    case watchSignal(Int32, event: Int32, once: Bool)
    /// Whether the signal has arrived since this was asked last, or since it has been watched: 1 or 0. No system call.
    case takeSignal(Int32)
}
