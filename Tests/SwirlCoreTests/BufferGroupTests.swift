import Testing

@testable import SwirlCore

@Suite struct BufferGroupTests {
    @Test func theSliceUsedLastComesNext() throws {
        var group = BufferGroup(sliceBytes: 4096, slicesMax: 3)
        let first = unsafe try #require(unsafe group.pick()).buffer
        let second = unsafe try #require(unsafe group.pick()).buffer
        holds(first != second)
        group.unpick(first)
        group.unpick(second)
        holds(unsafe group.pick()?.buffer == second)
    }

    @Test func growsToItsLimit() {
        var group = BufferGroup(sliceBytes: 4096, slicesMax: 2)
        holds(unsafe group.pick() != nil)
        holds(unsafe group.pick() != nil)
        holds(unsafe group.pick() == nil)
        holds(unsafe group.addSlice() == nil)
        holds(unsafe group.scratchMemory()?.count == 4096)
    }

    @Test func aPickedSliceComesBackWithItsLease() throws {
        var group = BufferGroup(sliceBytes: 4096, slicesMax: 1)
        let (buffer, memory) = unsafe try #require(unsafe group.pick())
        unsafe memory[0] = 7
        let bytes = unsafe group.lease(buffer, count: 10)
        holds(unsafe bytes.count == 10 && bytes[0] == 7)
        holds(group.leased == 1)
        holds(unsafe group.release(buffer)?.baseAddress == memory.baseAddress)
        holds(group.leased == 0)
    }

    /// Where the kernel fills a slice piece by piece: back when it is filled and no lease is left, in whatever order.
    @Test func aFilledSliceComesBackWithItsLastLease() throws {
        var group = BufferGroup(sliceBytes: 4096, slicesMax: 1)
        let (buffer, memory) = unsafe try #require(unsafe group.addSlice())
        let first = unsafe group.arrived(in: buffer, count: 100, isFilled: false)
        let second = unsafe group.arrived(in: buffer, count: 50, isFilled: false)
        holds(unsafe first.baseAddress == UnsafeRawPointer(memory.baseAddress!))
        holds(unsafe second.baseAddress == UnsafeRawPointer(memory.baseAddress! + 100))
        holds(unsafe group.release(buffer) == nil)
        holds(unsafe group.release(buffer) == nil, "the kernel still fills it")
        _ = unsafe group.arrived(in: buffer, count: 10, isFilled: false)
        _ = unsafe group.arrived(in: buffer, count: 20, isFilled: true)
        group.join(buffer)
        holds(unsafe group.release(buffer) != nil)
        holds(group.leased == 0)
        let again = unsafe group.arrived(in: buffer, count: 1, isFilled: false)
        holds(unsafe again.baseAddress == UnsafeRawPointer(memory.baseAddress!), "from the start again")
        _ = unsafe group.release(buffer)
    }

    /// Or a message of 64 KiB would fill it, and a second receive would find nothing.
    @Test func aBufferThatTheCorePicksHasRoomForMoreThanWasAskedFor() {
        let asked = LoopOptions().receiveBufferBytes
        #expect(unsafe LoopCore(ScriptedDriver()).buffers.sliceBytes > asked)
        #expect(unsafe LoopCore(ScriptedDriver(picksBuffers: true)).buffers.sliceBytes == asked, "the kernel fills it anyway")
    }
}
