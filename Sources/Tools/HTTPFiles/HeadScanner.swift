import HTTPTypes

/// Looks for the empty line that ends a head, one byte after the other and each byte once, so it does not matter where
/// the bytes were cut. It refuses early what can never become a head.
struct HeadScanner: Sendable {
    static let limit = 16 * 1024
    /// Empty lines before the request line are skipped (RFC 9112 §2.2), but not for ever.
    static let emptyLineLimit = 4

    private enum Place {
        /// Before the request line; `CR`: after a CR there.
        case before, beforeCR
        case inLine
        /// After a LF; `CR`: after a LF and a CR.
        case atLine, atLineCR
    }

    private var place = Place.before
    private var taken = 0
    private var emptyLines = 0
    private var hasRequestLine = false

    var isIdle: Bool { taken == 0 }

    /// The index in `chunk` after the head's last byte, or nil when the head goes on.
    mutating func advance(_ chunk: Span<UInt8>) throws(HTTPFailure) -> Int? {
        let end = min(chunk.count, Self.limit - taken)
        var index = 0
        while index < end {
            if place == .inLine {
                guard let lineFeed = chunk.firstIndex(of: 0x0A, in: index..<end) else { break }
                index = lineFeed + 1
                place = .atLine
                hasRequestLine = true
                continue
            }
            let byte = chunk[index]
            index += 1
            if try step(byte) { return index }
        }
        taken += end
        if taken == Self.limit { throw tooLong }
        return nil
    }

    /// One byte outside a line; true when it ends the head.
    private mutating func step(_ byte: UInt8) throws(HTTPFailure) -> Bool {
        switch (place, byte) {
        case (.before, 0x0D):
            place = .beforeCR
        case (.before, 0x0A), (.beforeCR, 0x0A):
            emptyLines += 1
            guard emptyLines <= Self.emptyLineLimit else { throw .badRequest("empty lines instead of a request") }
            place = .before
        case (.before, _):
            // Not HTTP at all (a TLS hello, say): nothing is gained by waiting for more.
            guard byte.isTokenByte else { throw .badRequest("a request starts with a method") }
            place = .inLine
        case (.beforeCR, _):
            throw .badRequest("CR without LF before the request line")
        case (.atLine, 0x0A), (.atLineCR, 0x0A):
            return true
        case (.atLine, 0x0D):
            place = .atLineCR
        default:
            place = .inLine
        }
        return false
    }

    private var tooLong: HTTPFailure {
        hasRequestLine
            ? HTTPFailure(.requestHeaderFieldsTooLarge, "the head is longer than \(Self.limit) bytes")
            : HTTPFailure(.uriTooLong, "the request line is longer than \(Self.limit) bytes")
    }
}
