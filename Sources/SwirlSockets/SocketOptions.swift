import CSwirlSystem

/// How a listening socket is made.
public struct ListenOptions: Sendable, Hashable {
    /// How many connections the kernel keeps waiting. It caps this at `net.core.somaxconn`.
    public var backlog: Int32 = 4096
    /// Binds although connections of an earlier owner linger (`SO_REUSEADDR`). Not for Unix paths: there an old socket file has
    /// to be removed first, or the answer is `EADDRINUSE`.
    public var reuseAddress = true
    /// Shares the port with other sockets that say so (`SO_REUSEPORT`).
    public var reusePort = false
    /// An IPv6 listener takes no IPv4 connections (`IPV6_V6ONLY`).
    public var ipv6Only = false
    /// Sets `TCP_NODELAY` on the listener, from which accepted connections inherit it.
    public var noDelay = true

    public init() {}
}

/// An option of a connected socket, for `TCPStream.setOption`.
public struct SocketOption: Sendable, Hashable {
    let level: Int32
    let name: Int32

    /// Small writes go out at once (`TCP_NODELAY`). On for streams that Swirl makes, but for those of a listener
    /// without `ListenOptions.noDelay`.
    public static let noDelay = SocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY)
    /// The kernel probes an idle peer (`SO_KEEPALIVE`).
    public static let keepAlive = SocketOption(level: SOL_SOCKET, name: SO_KEEPALIVE)
    /// Bytes that the kernel holds for sending (`SO_SNDBUF`); it doubles what is set.
    public static let sendBufferBytes = SocketOption(level: SOL_SOCKET, name: SO_SNDBUF)
    /// Bytes that the kernel holds for receiving (`SO_RCVBUF`); it doubles what is set.
    public static let receiveBufferBytes = SocketOption(level: SOL_SOCKET, name: SO_RCVBUF)

    /// Any other option whose value is an `int`.
    public static func custom(level: Int32, name: Int32) -> SocketOption { SocketOption(level: level, name: name) }
}
