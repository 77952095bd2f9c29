import Testing

@testable import HTTPFiles

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-0", .part(0..<1)), ("bytes=0-9", .part(0..<10)), ("bytes=0-99", .part(0..<10)), ("bytes=5-", .part(5..<10)),
            ("bytes=9-9", .part(9..<10)), ("bytes=-1", .part(9..<10)), ("bytes=-10", .part(0..<10)), ("bytes=-99", .part(0..<10)),
            ("BYTES=2-3", .part(2..<4)), ("bytes= 2-3 ", .part(2..<4)), ("bytes=,2-3,", .part(2..<4)),
            ("bytes=002-0003", .part(2..<4)),
            ("bytes=0-99999999999999999999999", .part(0..<10)), ("bytes=-99999999999999999999999", .part(0..<10)),
            ("bytes=0-9223372036854775807", .part(0..<10)), ("bytes=-9223372036854775808", .part(0..<10)),
            ("bytes=10-", .unsatisfiable), ("bytes=10-20", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=9223372036854775807-9223372036854775807", .unsatisfiable),
            ("bytes=3-2", .whole), ("bytes=-", .whole), ("bytes=", .whole), ("bytes", .whole), ("", .whole), ("=0-1", .whole),
            ("items=0-1", .whole),
            ("bytes 0-1", .whole), ("bytes=a-b", .whole), ("bytes=1", .whole), ("bytes=1-2-3", .whole), ("bytes=--1", .whole),
            ("bytes=+1-2", .whole),
            ("bytes=0 - 1", .whole), ("bytes =0-1", .whole), ("bytes=0x0-1", .whole), ("bytes=0-1,3-4", .whole),
            ("bytes=0-0,-1", .whole),
            ("bytes=20-30,40-50", .whole), ("bytes=0-1;q", .whole), ("bytes==0-1", .whole),
        ] as [(String, ByteRange)]) func rangesOfTenBytes(field: String, expected: ByteRange)
    {
        #expect(ByteRange(field, size: 10) == expected)
    }

    @Test(
        arguments: [
            ("bytes=0-", .unsatisfiable), ("bytes=0-0", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=-1", .whole),
            ("x", .whole),
        ]
            as [(String, ByteRange)])
    func rangesOfAnEmptyFile(field: String, expected: ByteRange) {
        #expect(ByteRange(field, size: 0) == expected)
    }

    @Test func theLargestFile() {
        #expect(ByteRange("bytes=0-", size: .max) == .part(0..<Int64.max))
        #expect(ByteRange("bytes=-1", size: .max) == .part(Int64.max - 1..<Int64.max))
    }

    @Test func againstEveryPairOfNumbers() {
        for size in Int64(0)...6 {
            for first in Int64(0)...8 {
                for last in first...9 {
                    let bytes = (0..<size).filter { $0 >= first && $0 <= last }
                    let expected = bytes.isEmpty ? ByteRange.unsatisfiable : .part(bytes[0]..<(bytes[bytes.count - 1] + 1))
                    #expect(ByteRange("bytes=\(first)-\(last)", size: size) == expected)
                }
            }
        }
    }

    @Test func randomFieldsNeverTrap() {
        var random = SeededGenerator(seed: 1)
        let alphabet = Array("0123456789-,= b".utf8) + [0xFF]
        for _ in 0..<10_000 {
            let field =
                Array("bytes=".utf8)
                + (0..<Int.random(in: 0...30, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let size = Int64.random(in: 0...20, using: &random)
            if case .part(let range) = ByteRange(field.span, size: size) {
                #expect(range.lowerBound >= 0 && range.upperBound <= size && !range.isEmpty)
            }
        }
    }
}
