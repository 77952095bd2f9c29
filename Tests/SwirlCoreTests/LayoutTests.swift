import Testing

@testable import SwirlCore

/// Sizes that a request's cost hangs on: a cache line is 64 bytes.
@Suite struct LayoutTests {
    @Test func sizes() {
        #expect(MemoryLayout<Completion>.size == 16)
        #expect(MemoryLayout<Completion>.stride == 16)
        #expect(MemoryLayout<Token>.size == 8)
        #expect(MemoryLayout<Slot>.stride <= 64)
        #expect(MemoryLayout<ReadyQueue.Entry>.size == 8)
        #expect(MemoryLayout<Letter>.stride == 16)
        #expect(MemoryLayout<Descriptor>.size <= 8)
        #expect(unsafe MemoryLayout<Operation>.size <= 40)
    }

    /// With 8 bytes of the C library's own it is 64.
    @Test func handle() {
        // SAFETY: a class is the address of its metadata, where the size of an instance is the third word's first half.
        let size = unsafe unsafeBitCast(Handle.self, to: UnsafeRawPointer.self).load(fromByteOffset: 24, as: UInt32.self)
        #expect((48...56).contains(size))
    }

    @Test func tokensAreIndexAndGeneration() {
        let token = Token(index: 7, generation: 9)
        #expect(token.index == 7)
        #expect(token.generation == 9)
        #expect(token.rawValue == 9 << 32 | 7)
        #expect(Token(rawValue: token.rawValue) == token)
        var table = OperationTable()
        for _ in 0..<1000 {
            let token = table.reserve()
            #expect(token.rawValue >> 63 == 0, "drivers use the highest bit")
            table.release(token.index)
        }
    }
}
