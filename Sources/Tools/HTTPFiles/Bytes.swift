// Reading ASCII out of borrowed bytes. HTTP's syntax is bytes, so nothing here makes a `String` until a whole
// piece is known; pieces are named by ranges, because a function may not yet return a span of a span.

extension Span<UInt8> {
    /// The index of the next `byte` at or after `start`.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// `range` without the spaces and tabs at both ends (RFC 9110's optional whitespace).
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// Whether the bytes of `range` are `lowercased`, an ASCII text in lower case, whatever their own case.
    func matches(_ range: Range<Int>, _ lowercased: String) -> Bool {
        let wanted = lowercased.utf8.span
        guard range.count == wanted.count else { return false }
        for index in wanted.indices where self[range.lowerBound + index].lowercased != wanted[index] { return false }
        return true
    }

    /// The members of a comma-separated list (RFC 9110 §5.6.1): trimmed, empty ones left out.
    func listMembers(_ range: Range<Int>) -> [Range<Int>] {
        var members: [Range<Int>] = []
        var start = range.lowerBound
        while start <= range.upperBound {
            let end = firstIndex(of: UInt8(ascii: ","), in: start..<range.upperBound) ?? range.upperBound
            let member = trimmed(start..<end)
            if !member.isEmpty { members.append(member) }
            start = end + 1
        }
        return members
    }

    /// A decimal number of one digit or more and nothing else; one too large to hold is `Int64.max`.
    func decimal(_ range: Range<Int>) -> Int64? {
        guard !range.isEmpty else { return nil }
        var value: Int64 = 0
        for index in range {
            guard let digit = self[index].digit else { return nil }
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int64(digit))
            value = over || carry ? .max : sum
        }
        return value
    }

    /// The text of `range`, or nil when it is not UTF-8.
    func text(_ range: Range<Int>) -> String? {
        guard let valid = try? UTF8Span(validating: extracting(range)) else { return nil }
        return String(copying: valid)
    }

    func array(_ range: Range<Int>) -> [UInt8] {
        // SAFETY: they are copied within the closure.
        unsafe extracting(range).withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// A control character, DEL among them.
    var isControl: Bool { self < 0x20 || self == 0x7F }

    /// 0...9 for an ASCII digit.
    var digit: UInt8? { self &- 0x30 < 10 ? self &- 0x30 : nil }

    /// 0...15 for a hexadecimal digit of either case.
    var hexDigit: UInt8? {
        if let digit { return digit }
        let letter = lowercased &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// The lower-case letter of an ASCII capital, else the byte itself.
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    var isLetterOrDigit: Bool { digit != nil || lowercased &- UInt8(ascii: "a") < 26 }

    /// A byte that a token may hold, such as a method or a field's name (RFC 9110 §5.6.2).
    var isTokenByte: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: isLetterOrDigit
        }
    }
}
