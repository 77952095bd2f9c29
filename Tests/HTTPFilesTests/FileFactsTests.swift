import Testing

@testable import HTTPFiles

@Suite struct FileFactsTests {
    @Test func timesBeyondTheFormatAreMovedIntoIt() {
        #expect(FileFacts(kind: .regular, size: 0, modifiedSeconds: .max).modified == HTTPDate(seconds: 253_402_300_799))
        #expect(FileFacts(kind: .regular, size: 0, modifiedSeconds: -5).modified.seconds == -5)
    }
}
