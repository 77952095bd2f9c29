import HTTPTypes

/// What the fields say about the connection and the body: the part of a head where a wrong guess lets one client's
/// bytes become another request, so everything doubtful is refused.
struct Framing {
    private var hasHost = false
    private var length: Int64?
    private var codings: Int?
    private var lastCodingIsChunked = false
    private var close = false
    private var keepAlive = false
    private(set) var expectsContinue = false

    mutating func note(_ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>) throws(HTTPFailure) {
        switch name.count {
        case 4 where bytes.matches(name, "host"): try noteHost(bytes, value)
        case 6 where bytes.matches(name, "expect"): try noteExpectation(bytes, value)
        case 10 where bytes.matches(name, "connection"): noteConnection(bytes, value)
        case 14 where bytes.matches(name, "content-length"): try noteLength(bytes, value)
        case 17 where bytes.matches(name, "transfer-encoding"): noteCodings(bytes, value)
        default: break
        }
    }

    func wantsKeepAlive(minorVersion: Int) -> Bool { !close && (minorVersion > 0 || keepAlive) }

    /// The length of the body. Chunked bodies are refused with 411, which RFC 9112 §6.3 offers: nothing a file server
    /// does needs a body, so it reads none whose length it is not told.
    func body(minorVersion: Int) throws(HTTPFailure) -> Int64 {
        if minorVersion > 0, !hasHost { throw .badRequest("HTTP/1.1 needs a Host field") }
        guard let codings else { return length ?? 0 }
        guard length == nil else { throw .badRequest("both Content-Length and Transfer-Encoding") }
        guard minorVersion > 0, codings > 0 else { throw .badRequest("a Transfer-Encoding that cannot be") }
        guard codings == 1, lastCodingIsChunked else { throw HTTPFailure(.notImplemented, "an unknown transfer coding") }
        throw HTTPFailure(.lengthRequired, "a body needs a Content-Length here")
    }

    private mutating func noteHost(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(HTTPFailure) {
        guard !hasHost else { throw .badRequest("more than one Host") }
        hasHost = true
        for index in value where !Self.mayBeInHost(bytes[index]) { throw .badRequest("a Host that cannot be") }
    }

    /// The bytes of `host[:port]` (RFC 3986 §3.2.2), brackets of IPv6 addresses included.
    static func mayBeInHost(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x24...0x2E, 0x3A, 0x3B, 0x3D, 0x5B, 0x5D, 0x5F, 0x7E: true  // ! $%&'()*+,-. : ; = [ ] _ ~
        default: byte.isLetterOrDigit
        }
    }

    private mutating func noteExpectation(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(HTTPFailure) {
        for member in bytes.listMembers(value) {
            guard bytes.matches(member, "100-continue") else {
                throw HTTPFailure(.expectationFailed, "an unknown expectation")
            }
            expectsContinue = true
        }
    }

    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        for member in bytes.listMembers(value) {
            if bytes.matches(member, "close") { close = true }
            if bytes.matches(member, "keep-alive") { keepAlive = true }
        }
    }

    /// The same length said twice is that length (RFC 9110 §8.6 allows it); anything else is an error.
    private mutating func noteLength(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(HTTPFailure) {
        let members = bytes.listMembers(value)
        guard !members.isEmpty else { throw .badRequest("an empty Content-Length") }
        for member in members {
            guard let number = bytes.decimal(member), number < .max else {
                throw .badRequest("a Content-Length that is no number, or none that can be held")
            }
            guard length == nil || length == number else { throw .badRequest("two different lengths") }
            length = number
        }
    }

    private mutating func noteCodings(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        codings = codings ?? 0
        for member in bytes.listMembers(value) {
            codings = (codings ?? 0) + 1
            lastCodingIsChunked = bytes.matches(member, "chunked")
        }
    }
}
