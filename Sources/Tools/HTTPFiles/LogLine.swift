import HTTPTypes

/// What a server notes of one request: client, method, target, status, bytes of the body, milliseconds.
package struct LogLine: CustomStringConvertible {
    package let description: String

    /// - Parameter request: Nothing for what was no request.
    package init(peer: String, request: RequestHead?, status: Int, bytes: Int64, took: Duration) {
        let method = request?.method.rawValue ?? "-"
        let target = request.map { Self.printable($0.target) } ?? "-"
        let milliseconds = (took / .microseconds(1)).rounded() / 1000
        description = "\(peer) \(method) \(target) \(status) \(bytes) \(milliseconds)"
    }

    /// A target for a log: its bytes are the client's, and a terminal must not take them for commands.
    private static func printable(_ target: [UInt8]) -> String {
        target.reduce(into: "") { text, byte in
            if byte > 0x20 && byte < 0x7f {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
