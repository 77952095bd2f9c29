import Testing

@testable import HTTPFiles

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
            (-62_167_219_200, "Sat, 01 Jan 0000 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (.min, "Sat, 01 Jan 0000 00:00:00 GMT"),
        ] as [(Int64, String)]) func written(seconds: Int64, text: String)
    {
        #expect(HTTPDate(seconds: seconds).description == text)
    }

    @Test func notModifiedIsUpToAndWithTheSecond() {
        let date = HTTPDate(seconds: 100)
        #expect(HTTPDate(seconds: 99).notModified(since: date))
        #expect(HTTPDate(seconds: 100).notModified(since: date))
        #expect(!HTTPDate(seconds: 101).notModified(since: date))
    }

    @Test func writesOf29BytesAreAppended() {
        var bytes: [UInt8] = [1]
        HTTPDate(seconds: 0).write(into: &bytes)
        #expect(bytes.count == 30 && bytes[0] == 1)
    }

    @Test func randomDatesReadBack() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<5000 {
            let date = HTTPDate(seconds: .random(in: -62_167_219_200...253_402_300_799, using: &random))
            #expect(HTTPDate(date.description, now: HTTPDate(seconds: 0)) == date)
        }
    }
}
