import Testing

@testable import HTTPFiles

@Suite struct EntityTagTests {
    private let facts = FileFacts(kind: .regular, size: 16, modifiedSeconds: 255, modifiedNanoseconds: 10, inode: 1)

    @Test func itIsWeakAndMadeOfTimeSizeAndInode() {
        #expect(facts.entityTag.description == "W/\"ff-a-10-1\"")
    }

    @Test func numbersOfEverySizeAreHexadecimal() {
        for number in [0, 1, 15, 16, 255, 256, 4096, 0xFFFF_FFFF, UInt64(Int64.max), .max] {
            let facts = FileFacts(kind: .regular, size: 0, modifiedSeconds: -1, inode: number)
            #expect(facts.entityTag.opaque == "ffffffffffffffff-0-0-" + String(number, radix: 16))
        }
    }

    @Test func everyPartCounts() {
        var others = Array(repeating: facts, count: 4)
        others[0].size += 1
        others[1].modifiedSeconds += 1
        others[2].modifiedNanoseconds += 1
        others[3].inode += 1
        for other in others { #expect(other.entityTag != facts.entityTag) }
    }

    @Test(arguments: [
        ("W/\"ff-a-10-1\"", true), ("\"ff-a-10-1\"", true), ("*", true), (" * ", true), ("\"x\", W/\"ff-a-10-1\"", true),
        ("\"a,b\",\"ff-a-10-1\"", true),
        (",, \"ff-a-10-1\" ,", true), ("\"x\"", false), ("ff-a-10-1", false), ("w/\"ff-a-10-1\"", false), ("W/ff-a-10-1", false),
        ("\"ff-a-10-1", false),
        ("", false), ("\"", false), ("W/", false), ("W", false), ("\"FF-A-10-1\"", false), ("\"*\"", false), ("*, \"x\"", false),
        ("x \"ff-a-10-1\"", false),
    ]) func ifNoneMatchNamesIt(field: String, named: Bool) {
        #expect(facts.entityTag.isNamed(in: field) == named)
    }
}
