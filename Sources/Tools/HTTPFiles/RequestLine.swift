import HTTPTypes

/// `method SP target SP HTTP/1.x`, with exactly one space at each place: a more lenient reading is how two servers
/// come to disagree about a request (RFC 9112 §3).
struct RequestLine {
    let method: HTTPRequest.Method
    let target: Range<Int>
    let minorVersion: Int

    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPFailure) {
        guard let methodEnd = bytes.firstIndex(of: 0x20, in: line),
            let method = bytes.text(line.lowerBound..<methodEnd).flatMap(HTTPRequest.Method.init(rawValue:))
        else { throw .badRequest("a request starts with a method and a space") }
        let rest = (methodEnd + 1)..<line.upperBound
        guard let targetEnd = bytes.firstIndex(of: 0x20, in: rest), targetEnd > rest.lowerBound else {
            throw .badRequest("after the method come a target, a space and the version")
        }
        self.method = method
        target = rest.lowerBound..<targetEnd
        for index in target where bytes[index].isControl {
            throw .badRequest("a control character in the target")
        }
        minorVersion = try Self.minorVersion(bytes, (targetEnd + 1)..<line.upperBound)
    }

    private static func minorVersion(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPFailure) -> Int {
        let start = range.lowerBound
        // The name is case-sensitive (RFC 9112 §2.3).
        guard range.count == 8, bytes.text(start..<(start + 5)) == "HTTP/", let major = bytes[start + 5].digit,
            bytes[start + 6] == UInt8(ascii: "."), let minor = bytes[start + 7].digit
        else { throw .badRequest("the request line ends with HTTP/1.1 and nothing else") }
        guard major == 1 else { throw HTTPFailure(.httpVersionNotSupported, "only HTTP/1.0 and HTTP/1.1 are spoken here") }
        return min(Int(minor), 1)
    }
}
