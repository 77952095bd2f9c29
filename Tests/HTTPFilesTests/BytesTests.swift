import Testing

@testable import HTTPFiles

@Suite struct BytesTests {
    private func decimal(_ text: String) -> Int64? { text.utf8.span.decimal(0..<text.utf8.count) }

    private func matches(_ text: String, _ lowercased: String) -> Bool {
        text.utf8.span.matches(0..<text.utf8.count, lowercased)
    }

    private func text(_ bytes: [UInt8]) -> String? { bytes.span.text(0..<bytes.count) }

    private func members(_ text: String) -> [String?] {
        let bytes = text.utf8.span
        return bytes.listMembers(0..<bytes.count).map { bytes.text($0) }
    }

    @Test(arguments: [
        ("a", ["a"]), ("a,b", ["a", "b"]), (" a ,\tb ", ["a", "b"]), (",,a,,", ["a"]), ("", []), (" , ", []),
        ("a b,c", ["a b", "c"]),
    ]) func listsAreSplitAtCommas(text: String, expected: [String]) {
        #expect(members(text) == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("007", 7), ("9223372036854775807", Int64.max), ("9223372036854775808", .max),
            ("99999999999999999999999999", .max), ("", nil), ("-1", nil), ("+1", nil), ("1 ", nil), ("0x1", nil), ("١", nil),
        ] as [(String, Int64?)]) func decimalsAreDigitsOnlyAndSaturate(text: String, expected: Int64?)
    {
        #expect(decimal(text) == expected)
    }

    @Test func matchingIgnoresCaseOfLettersOnly() {
        #expect(matches("Keep-Alive", "keep-alive"))
        #expect(!matches("Keep-Aliv", "keep-alive"))
        // 0x40 and 0x60 differ in the same bit as a letter's two cases.
        #expect(!matches("@", "`"))
    }

    @Test func tokenBytesAreThoseOfTheStandard() {
        let allowed = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max { #expect(byte.isTokenByte == allowed.contains(byte)) }
    }

    @Test func hexDigitsAreThoseSixteen() {
        for byte in UInt8.min...UInt8.max {
            #expect(byte.hexDigit.map(Int.init) == (byte < 128 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil))
        }
    }

    @Test func textThatIsNotUTF8IsNone() {
        #expect(text([0x61, 0xFF]) == nil)
        #expect(text([0x61]) == "a")
    }
}
