import CSwirlSystem

extension SocketAddress {
    /// Reads what `description` writes. Nothing when it is no address, nor for three that the kernel may give: an unnamed Unix
    /// address (`unix:`), and names that are no UTF-8 or, with the `./` that they are written with, too long.
    public init?(_ description: String) {
        if description.hasPrefix("unix:") {
            let path = description.dropFirst(5)
            if path.hasPrefix("@") {
                self.init(unixPath: String(path.dropFirst()), abstract: true)
            } else {
                self.init(unixPath: String(path))
            }
            return
        }
        guard let colon = description.lastIndex(of: ":"), let port = UInt16(description[description.index(after: colon)...])
        else {
            return nil
        }
        var host = description[..<colon]
        if host.hasPrefix("[") {
            guard host.hasSuffix("]") else { return nil }
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            // `::1:80` could be read in two ways.
            return nil
        }
        self.init(host: String(host), port: port)
    }

    /// The host without brackets and port; the path, or `@name`, of a Unix address (empty for an unnamed one). A path that begins
    /// with `@` is written `./@path`, so that it is told from a name; bytes that are no UTF-8 as U+FFFD.
    public var host: String {
        switch family {
        case .ipv4: return text(AF_INET, Array(bytes[4..<8]))
        case .ipv6:
            let scope = bytes[24..<28].enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << (8 * UInt32($1.offset)) }
            return text(AF_INET6, Array(bytes[8..<24])) + (scope == 0 ? "" : "%\(scope)")
        case .unix:
            let name = bytes.dropFirst(2)
            if name.first == 0 { return "@" + String(decoding: name.dropFirst(), as: UTF8.self) }
            let path = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            return path.hasPrefix("@") ? "./" + path : path
        }
    }

    public var description: String {
        switch family {
        case .ipv4: "\(host):\(port!)"
        case .ipv6: "[\(host)]:\(port!)"
        case .unix: "unix:\(host)"
        }
    }

    private func text(_ domain: Int32, _ address: [UInt8]) -> String {
        var characters = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = unsafe swirl_address_to_text(domain, address, &characters, characters.count)
        guard unsafe written != nil else { return "" }
        return String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
