/// The name of a version of a file (RFC 9110 §8.8.3): its modification time, size and inode.
///
/// It is weak. A file can change twice within one tick of the file system's clock and keep its size; so it may say «this
/// need not be sent again», but not «these bytes continue the ones you have»: no strong comparison is ever true of it.
package struct EntityTag: Equatable, Sendable, CustomStringConvertible {
    /// What stands between the quotes.
    let opaque: String

    package init(_ facts: FileFacts) {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        text.append(hexadecimal: UInt64(bitPattern: facts.modifiedSeconds))
        text.append(UInt8(ascii: "-"))
        text.append(hexadecimal: UInt64(bitPattern: facts.modifiedNanoseconds))
        text.append(UInt8(ascii: "-"))
        text.append(hexadecimal: UInt64(bitPattern: facts.size))
        text.append(UInt8(ascii: "-"))
        text.append(hexadecimal: facts.inode)
        opaque = String(decoding: text, as: UTF8.self)
    }

    package var description: String { "W/\"\(opaque)\"" }

    /// Whether an `If-None-Match` field names this version: `*`, or a list with this tag, weak or not. A list is read up
    /// to its first mistake.
    package func isNamed(in field: String) -> Bool {
        let bytes = field.utf8.span
        let quote = UInt8(ascii: "\"")
        var position = 0
        if bytes.matches(bytes.trimmed(0..<bytes.count), "*") { return true }
        while true {
            while position < bytes.count, bytes[position].isBlank || bytes[position] == UInt8(ascii: ",") { position += 1 }
            if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "W"), bytes[position + 1] == UInt8(ascii: "/") {
                position += 2
            }
            guard position < bytes.count, bytes[position] == quote,
                let end = bytes.firstIndex(of: quote, in: (position + 1)..<bytes.count)
            else { return false }
            if bytes.text((position + 1)..<end) == opaque { return true }
            position = end + 1
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal number: UInt64) {
        var shift = (63 - (number | 1).leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(number >> UInt64(shift) & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }
}
