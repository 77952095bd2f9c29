import Testing

@testable import HTTPFiles

@Suite struct HTTPDateParsingTests {
    /// 2026-06-01.
    private let now = HTTPDate(seconds: 1_780_272_000)

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Wed Nov 16 08:49:37 1994", 784_975_777), ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1), ("Fri, 30 Jun 1972 23:59:60 GMT", 78_796_800),
        ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        // The year is at most 50 years ahead of 2026.
        ("Friday, 01-Jan-76 00:00:00 GMT", 3_345_062_400), ("Friday, 01-Jan-77 00:00:00 GMT", 220_924_800),
        ("Thursday, 01-Jan-26 00:00:00 GMT", 1_767_225_600), ("Saturday, 01-Jan-00 00:00:00 GMT", 946_684_800),
    ]) func theThreeForms(text: String, seconds: Int64) {
        #expect(HTTPDate(text, now: now)?.seconds == seconds)
    }

    @Test func twoDigitYearsAtTheEndOfACentury() {
        // 2090-01-01: `10` is 2110.
        #expect(HTTPDate("Wednesday, 01-Jan-10 00:00:00 GMT", now: HTTPDate(seconds: 3_786_912_000))?.seconds == 4_417_977_600)
    }

    @Test(arguments: [
        "", "x", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Thu, 29 Feb 2001 00:00:00 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT", "Sun Nov  6 08:49:37 94",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "784111777",
        "Sun, 06 Nov 1994 08:49:37 GMT, x",
    ]) func whatIsNoDate(text: String) {
        #expect(HTTPDate(text, now: now) == nil)
    }

    @Test func damagedDatesNeverTrap() {
        var random = SeededGenerator(seed: 3)
        let forms = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        for _ in 0..<10_000 {
            var bytes = Array(forms.randomElement(using: &random)!.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            bytes.removeLast(Int.random(in: 0...3, using: &random))
            _ = HTTPDate(bytes.span, now: now)
        }
    }
}
