import CSwirlSystem

/// Where a socket is or connects to: IPv4, IPv6, or a Unix path.
///
/// Written and read as `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80` (a scope is a number), `unix:/run/a.sock`, and
/// `unix:@name` for Linux's abstract names. Host names are not addresses: resolving takes time and a server.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible, LosslessStringConvertible {
    /// Which kind of address it is.
    public enum Family: Sendable, Hashable {
        case ipv4, ipv6, unix
    }

    /// The `sockaddr` bytes, exactly as long as the kernel's.
    let bytes: [UInt8]

    /// An address as the kernel gave it. Nothing for a family that is none of the three.
    init?(kernel bytes: some Collection<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        self.bytes = Array(bytes)
        switch domain {
        case AF_INET where bytes.count >= MemoryLayout<sockaddr_in>.size: break
        case AF_INET6 where bytes.count >= MemoryLayout<sockaddr_in6>.size: break
        case AF_UNIX: break
        default: return nil
        }
    }

    /// The domain for `socket(2)`: `AF_INET`, `AF_INET6` or `AF_UNIX`.
    var domain: Int32 { Int32(UInt16(bytes[0]) | UInt16(bytes[1]) << 8) }

    /// Which kind of address this is.
    public var family: Family {
        switch domain {
        case AF_INET: .ipv4
        case AF_INET6: .ipv6
        default: .unix
        }
    }

    /// The port; nothing for a Unix path.
    public var port: UInt16? {
        family == .unix ? nil : UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }

    // MARK: Making

    /// An IPv4 or IPv6 address, as text without brackets, and a port. Nothing when the text is no address.
    public init?(host: String, port: UInt16) {
        // C would read the text only as far as its first 0.
        guard !host.utf8.contains(0) else { return nil }
        if let bytes = Self.ipv4(host, port) ?? Self.ipv6(host, port) { self.bytes = bytes } else { return nil }
    }

    /// A path in the file system, or an abstract name. Nothing when it is empty or longer than the 107 bytes that fit.
    public init?(unixPath path: String, abstract: Bool = false) {
        let name = Array(path.utf8)
        guard !name.isEmpty, name.count <= 107, abstract || !name.contains(0) else { return nil }
        let family = UInt16(AF_UNIX)
        bytes = [UInt8(family & 0xff), UInt8(family >> 8)] + (abstract ? [0] + name : name + [0])
    }

    /// All IPv4 interfaces.
    public static func anyIPv4(port: UInt16) -> SocketAddress { SocketAddress(host: "0.0.0.0", port: port)! }
    /// All IPv6 interfaces.
    public static func anyIPv6(port: UInt16) -> SocketAddress { SocketAddress(host: "::", port: port)! }
    /// This machine, over IPv4.
    public static func loopback(port: UInt16) -> SocketAddress { SocketAddress(host: "127.0.0.1", port: port)! }

    private static func header(_ domain: Int32, _ port: UInt16) -> [UInt8] {
        [UInt8(domain & 0xff), UInt8(domain >> 8 & 0xff), UInt8(port >> 8), UInt8(port & 0xff)]
    }

    private static func ipv4(_ host: String, _ port: UInt16) -> [UInt8]? {
        var address = [UInt8](repeating: 0, count: 4)
        guard unsafe swirl_address_from_text(AF_INET, host, &address) == 1 else { return nil }
        return header(AF_INET, port) + address + [UInt8](repeating: 0, count: 8)
    }

    private static func ipv6(_ host: String, _ port: UInt16) -> [UInt8]? {
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var scope: UInt32 = 0
        if parts.count == 2 {
            guard let number = UInt32(parts[1]) else { return nil }
            scope = number
        }
        var address = [UInt8](repeating: 0, count: 16)
        guard unsafe swirl_address_from_text(AF_INET6, String(parts[0]), &address) == 1 else { return nil }
        let scopeBytes = (0..<4).map { UInt8(truncatingIfNeeded: scope >> (8 * $0)) }
        return header(AF_INET6, port) + [0, 0, 0, 0] + address + scopeBytes
    }
}
