extension TargetPath {
    /// The path as a `Location`: absolute, every byte that is not plainly harmless encoded, ending in `/` when
    /// `asDirectory`.
    ///
    /// It cannot lead to another host: it starts with one slash and the path has no empty component, so never with
    /// `//`; a backslash, which browsers take for a slash, is encoded, and so are the bytes that end a field.
    package func location(asDirectory: Bool) -> String {
        var text: [UInt8] = [UInt8(ascii: "/")]
        for byte in relative {
            if byte == UInt8(ascii: "/") || byte.isUnreserved {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "%"))
                text.append(Self.hexDigits[Int(byte >> 4)])
                text.append(Self.hexDigits[Int(byte & 15)])
            }
        }
        if asDirectory, !relative.isEmpty { text.append(UInt8(ascii: "/")) }
        return String(decoding: text, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}

extension UInt8 {
    /// A byte that means itself everywhere in a URI (RFC 3986 §2.3).
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: isLetterOrDigit
        }
    }
}
