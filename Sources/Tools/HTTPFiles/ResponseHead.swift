package import HTTPTypes

/// The status line and fields of an answer, and how they become bytes.
package struct ResponseHead: Equatable, Sendable {
    package var status: HTTPResponse.Status
    /// What the answer says of itself. `Date`, `Server`, `Content-Length` and `Connection` are not among these:
    /// `write` adds them.
    package var fields: HTTPFields
    /// `Content-Length`; nil for an answer that has none (304).
    package var contentLength: Int64?

    package init(_ status: HTTPResponse.Status, contentLength: Int64?, fields: HTTPFields = [:]) {
        self.status = status
        self.contentLength = contentLength
        self.fields = fields
    }

    /// Appends the whole head. Field values cannot break out of their line: `HTTPField` turns what a value may not
    /// have into spaces.
    package func write(
        into bytes: inout [UInt8], date: HTTPDate, persistence: Persistence, server: String? = "swirl-serve"
    ) {
        bytes.append(contentsOf: "HTTP/1.1 ".utf8)
        bytes.append(decimal: Int64(status.code))
        bytes.append(0x20)
        bytes.append(contentsOf: status.reasonPhrase.utf8)
        bytes.append(contentsOf: "\r\nDate: ".utf8)
        date.write(into: &bytes)
        if let server { bytes.append(field: "Server", server) }
        for field in fields { bytes.append(field: field.name.rawName, field.value) }
        if let contentLength {
            bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
            bytes.append(decimal: contentLength)
        }
        switch persistence {
        case .close: bytes.append(field: "Connection", "close")
        case .keepAlive: bytes.append(field: "Connection", "keep-alive")
        case .implied: break
        }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
    }
}

extension [UInt8] {
    fileprivate mutating func append(field name: String, _ value: String) {
        append(0x0D)
        append(0x0A)
        append(contentsOf: name.utf8)
        append(UInt8(ascii: ":"))
        append(0x20)
        append(contentsOf: value.utf8)
    }

    fileprivate mutating func append(decimal number: Int64) {
        append(contentsOf: String(number).utf8)
    }
}
