/// What a `Range` field asks of a file of a known size (RFC 9110 §14).
package enum ByteRange: Equatable, Sendable {
    /// The whole file with status 200: no range, another unit, broken syntax, or several ranges at once. A server may
    /// ignore any of these (§14.2), and so it need not build multipart bodies.
    case whole
    /// These bytes with status 206; never empty.
    case part(Range<Int64>)
    /// Status 416: the file has none of the bytes asked for.
    case unsatisfiable

    package init(_ field: String, size: Int64) {
        self.init(field.utf8.span, size: size)
    }

    package init(_ field: Span<UInt8>, size: Int64) {
        guard let equals = field.firstIndex(of: UInt8(ascii: "="), in: 0..<field.count),
            field.matches(0..<equals, "bytes")
        else {
            self = .whole
            return
        }
        let members = field.listMembers((equals + 1)..<field.count)
        guard members.count == 1, let dash = field.firstIndex(of: UInt8(ascii: "-"), in: members[0]) else {
            self = .whole
            return
        }
        let last = (dash + 1)..<members[0].upperBound
        if dash == members[0].lowerBound {
            self = field.decimal(last).map { Self.suffix($0, size: size) } ?? .whole
        } else if let first = field.decimal(members[0].lowerBound..<dash) {
            self =
                last.isEmpty
                ? Self.part(first, .max, size: size)
                : field.decimal(last).map { Self.part(first, $0, size: size) } ?? .whole
        } else {
            self = .whole
        }
    }

    /// The last `count` bytes. Of an empty file that is the whole of it: `Content-Range` cannot say «no bytes».
    private static func suffix(_ count: Int64, size: Int64) -> ByteRange {
        guard count > 0 else { return .unsatisfiable }
        guard size > 0 else { return .whole }
        return .part(max(0, size - count)..<size)
    }

    /// Bytes `first` through `last`, as far as there are any.
    private static func part(_ first: Int64, _ last: Int64, size: Int64) -> ByteRange {
        guard first <= last else { return .whole }
        guard first < size else { return .unsatisfiable }
        return .part(first..<(min(last, size - 1) + 1))
    }
}
