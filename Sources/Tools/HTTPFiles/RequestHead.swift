package import HTTPTypes

/// A request without its body: the request line and the fields, checked.
package struct RequestHead: Equatable, Sendable {
    /// A body longer than this is not read and thrown away to save the connection: the connection ends instead.
    package static let skippableBody: Int64 = 64 * 1024

    package var method: HTTPRequest.Method
    /// The request target as it was sent: visible ASCII, or bytes from 0x80 up.
    package var target: [UInt8]
    /// 0 for HTTP/1.0; 1 for HTTP/1.1 and every later minor version.
    package var minorVersion: Int
    package var fields: HTTPFields
    /// Whether the client may send another request on this connection, after exactly `bodyLength` bytes. Not when it waits
    /// for `100 Continue` before it sends its body: an answer that comes first leaves open whether the body follows.
    package var keepAlive: Bool
    /// How many bytes of body follow the head.
    package var bodyLength: Int64

    package var persistence: Persistence {
        keepAlive ? (minorVersion == 0 ? .keepAlive : .implied) : .close
    }
}

/// What the answer's `Connection` field says.
package enum Persistence: Equatable, Sendable {
    /// `Connection: close`.
    case close
    /// `Connection: keep-alive`, which HTTP/1.0 needs to hear.
    case keepAlive
    /// No field: HTTP/1.1 keeps the connection anyway.
    case implied
}

extension RequestHead {
    /// Parses the bytes of exactly one head: from its first line (empty lines before it are skipped) to the empty
    /// line that ends it.
    init(parsing bytes: Span<UInt8>) throws(HTTPFailure) {
        var lines = HeadLines()
        guard let first = lines.nextLine(in: bytes) else { throw .badRequest("no request line") }
        let line = try RequestLine(bytes, first)
        var fields = HTTPFields()
        var framing = Framing()
        fields.reserveCapacity(16)
        while let next = lines.nextLine(in: bytes) {
            guard fields.count < FieldLine.limit else {
                throw HTTPFailure(.requestHeaderFieldsTooLarge, "too many fields")
            }
            let field = try FieldLine(bytes, next)
            try framing.note(bytes, name: field.nameRange, value: field.valueRange)
            fields.append(field.field)
        }
        let body = try framing.body(minorVersion: line.minorVersion)
        let waits = framing.expectsContinue && line.minorVersion > 0
        self.init(
            method: line.method, target: bytes.array(line.target), minorVersion: line.minorVersion, fields: fields,
            keepAlive: framing.wantsKeepAlive(minorVersion: line.minorVersion)
                && body <= Self.skippableBody && !(waits && body > 0),
            bodyLength: body)
    }
}

/// Cuts a head into lines. A line ends with LF or CRLF (RFC 9112 §2.2 allows the bare LF); a CR anywhere else stays
/// in the line, where every rule refuses it.
struct HeadLines {
    private var position = 0
    private var begun = false

    /// The next line without its end; nil at the empty line that closes the head.
    mutating func nextLine(in bytes: Span<UInt8>) -> Range<Int>? {
        while let end = bytes.firstIndex(of: 0x0A, in: position..<bytes.count) {
            let start = position
            position = end + 1
            let line = start..<(end > start && bytes[end - 1] == 0x0D ? end - 1 : end)
            if !line.isEmpty {
                begun = true
                return line
            }
            if begun { return nil }
        }
        return nil
    }
}
