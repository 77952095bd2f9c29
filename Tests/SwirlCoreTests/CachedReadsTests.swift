import CSwirlSystem
import Glibc
import Testing

@testable import SwirlCore

@Suite struct CachedReadsTests {
    /// A file of 10 bytes, which the page cache has, for they have just been written.
    private func withFile(_ body: (Descriptor, UnsafeMutableRawBufferPointer) -> Void) throws {
        let path = "/var/tmp/swirl-cached-\(UInt64.random(in: 0 ... .max))"
        let number = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try #require(number >= 0)
        unsafe unlink(path)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 7)
        defer {
            unsafe memory.deallocate()
            _ = swirl_close(number)
        }
        try #require(unsafe write(number, memory.baseAddress, 10) == 10)
        unsafe body(Descriptor(number, .regularFile), memory)
    }

    /// Linux 5.9 and 5.10 answer 0 for a miss, too. It may not be taken for the end of the file.
    @Test func zeroIsTheEndButWhereItMayBeAMiss() throws {
        try unsafe withFile { file, memory in
            var here = CachedReads(kernelRelease: 6_001)
            // A file system that does not know how to be asked.
            guard unsafe here.read(file, memory, at: 0) != nil else { return }
            #expect(unsafe here.read(file, memory, at: 3) == 7)
            #expect(unsafe here.read(file, memory, at: 10) == 0)
            for release: Int32 in [5_009, 5_010] {
                var doubtful = CachedReads(kernelRelease: release)
                #expect(unsafe doubtful.read(file, memory, at: 3) == 7)
                #expect(unsafe doubtful.read(file, memory, at: 10) == nil)
            }
            for release: Int32 in [0, 5_008, 5_011, 6_010] {
                var sure = CachedReads(kernelRelease: release)
                #expect(unsafe sure.read(file, memory, at: 10) == 0)
            }
        }
    }

    @Test func thisKernelHasARelease() {
        #expect(swirl_kernel_release() > 4_000)
    }

    /// Who does not know how to be asked is not asked again, until the number is somebody else's.
    @Test func whoCannotAnswerIsRemembered() throws {
        let number = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        defer { _ = swirl_close(number) }
        let path = "/var/tmp/swirl-cached-\(UInt64.random(in: 0 ... .max))"
        let other = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        unsafe unlink(path)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
        defer { unsafe memory.deallocate() }
        var reads = CachedReads()
        #expect(unsafe reads.read(Descriptor(number, .regularFile), memory, at: 0) == nil)
        let taken = dup2(other, number) == number
        _ = swirl_close(other)
        #expect(taken)
        #expect(unsafe reads.read(Descriptor(number, .regularFile), memory, at: 0) == nil, "it is remembered by its number")
        reads.forget(number)
        reads.forget(-1)
        reads.forget(1 << 20)
        var fresh = CachedReads()
        #expect(
            unsafe reads.read(Descriptor(number, .regularFile), memory, at: 0)
                == fresh.read(Descriptor(number, .regularFile), memory, at: 0))
    }
}
