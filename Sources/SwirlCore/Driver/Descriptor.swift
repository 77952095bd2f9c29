/// An open file descriptor's number, and what it is open on.
///
/// The kind decides what a driver may decline (D10): a socket can be waited for, a regular file cannot. Whoever opens
/// the descriptor says its kind, so that no driver has to ask the kernel again.
public struct Descriptor: Hashable, Sendable {
    public let number: Int32
    public let kind: Kind

    @inlinable
    public init(_ number: Int32, _ kind: Kind) {
        self.number = number
        self.kind = kind
    }

    public enum Kind: UInt8, Sendable {
        /// Data comes from the page cache or the disk: never «not ready», so never waited for.
        case regularFile
        /// A regular file opened with `O_DIRECT`. `RWF_NOWAIT` blocks on it, so it is never tried inline.
        case directFile
        case directory
        case socket
        case pipe
        /// A terminal, `/dev/null` and the like: some can be waited for, some answer `EPERM` to epoll.
        case characterDevice
        case blockDevice
        /// An eventfd, a pidfd, an inotify queue: readable when something happened.
        case event
    }

    /// Whether reads and writes work through the page cache or a disk instead of waiting for a peer.
    @inlinable public var isFile: Bool {
        switch kind {
        case .regularFile, .directFile, .directory, .blockDevice: true
        case .socket, .pipe, .characterDevice, .event: false
        }
    }
}

/// One of the two ways bytes go through a descriptor. Operations of one direction on one descriptor run one at a
/// time, first in first out (D14).
public enum Direction: UInt8, Sendable {
    /// Receiving, reading, accepting.
    case input
    /// Sending, writing, connecting.
    case output
}
