import Testing

@testable import HTTPFiles

@Suite struct HeadScannerTests {
    private func end(_ text: String) throws(HTTPFailure) -> Int? {
        var scanner = HeadScanner()
        return try scanner.advance(text.utf8.span)
    }

    @Test(
        arguments: [
            ("a\r\n\r\nb", 5), ("a\n\nb", 3), ("a\r\n\nb", 4), ("a\n\r\nb", 4), ("a\nb\n\n", 5), ("a\n\rb\n\n", 6),
            ("a\n\r\r\n\n", 6),
            ("\r\n\na\n\n", 6), ("a\r\n\r", nil), ("a\n", nil), ("", nil), ("\r\n\r\n", nil),
        ] as [(String, Int?)]) func theHeadEndsAtItsEmptyLine(text: String, expected: Int?) throws
    {
        #expect(try end(text) == expected)
    }

    @Test(arguments: ["\u{16}", " GET", "\u{0}", "\rG", "\r\r", "\n\n\n\n\n", "\r\n\r\n\r\n\r\n\r\n", ":", "é"])
    func whatCannotBecomeAHeadIsRefusedAtOnce(text: String) {
        #expect(code { () throws(HTTPFailure) in try end(text) } == 400)
    }

    @Test func fourEmptyLinesAreSkipped() throws {
        #expect(try end("\r\n\r\n\n\r\nG\n\n") == 10)
    }
}
