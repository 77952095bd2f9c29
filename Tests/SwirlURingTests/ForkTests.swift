#if URing
import CForking
import CSwirlSystem
import SwirlCore
import Testing

@testable import SwirlURing

/// URG-05: a child shares its parent's ring in the kernel, but not in memory.
@Suite(.enabled(if: Backend.ioUring.unavailableBecause() == nil))
struct ForkTests {
    /// A driver with one completion that lies in the ring, and nothing else.
    @safe
    private final class Fixture {
        let driver: any Driver
        private var pipes: [Int32] = [-1, -1]
        private let room = UnsafeMutableBufferPointer<Completion>.allocate(capacity: 8)
        static let token = Token(index: 0, generation: 3)

        init() throws {
            driver = try Backend.ioUring.makeDriver(DriverOptions())
            try driver.attach()
            _ = unsafe pipe(&pipes)
            _ = unsafe write(pipes[1], [7], 1)
            let readable = unsafe Operation.poll(Descriptor(pipes[0], .pipe), .input)
            guard case .inFlight = unsafe driver.submit(readable, as: Self.token) else {
                Issue.record("it should be in flight")
                return
            }
            #expect(try wait(room: 0).isEmpty)
        }

        deinit {
            driver.shutDown()
            for number in pipes { _ = swirl_close(number) }
            unsafe room.deallocate()
        }

        func wait(room capacity: Int = 8) throws -> [Completion] {
            let some = unsafe UnsafeMutableBufferPointer(rebasing: room[..<capacity])
            var batch = unsafe OutputSpan(buffer: some, initializedCount: 0)
            try driver.wait(until: .now, into: &batch)
            let count = unsafe batch.finalize(for: some)
            return unsafe Array(some[..<count])
        }

        /// How a child ends that does this: the status of waitpid(2).
        @safe func inChild(_ body: @convention(c) (UnsafeMutableRawPointer?) -> Void) -> Int32 {
            unsafe in_forked_child(body, Unmanaged.passUnretained(self).toOpaque())
        }

        static func of(_ context: UnsafeMutableRawPointer?) -> Fixture {
            unsafe Unmanaged<Fixture>.fromOpaque(context!).takeUnretainedValue()
        }
    }

    @Test func aChildTakesNoCompletions() throws {
        let fixture = try Fixture()
        let status = fixture.inChild { _ = try? unsafe Fixture.of($0).wait() }
        #expect(status & 0x7f == SIGSEGV, "it looked for completions")
        #expect(try fixture.wait().map(\.token) == [Fixture.token])
        #expect(try fixture.wait().isEmpty)
    }

    /// Whoever only frees what it inherited, or becomes another program, does no harm and comes to none.
    @Test func aChildMayEnd() throws {
        let fixture = try Fixture()
        #expect(fixture.inChild { _ in } == 0)
        #expect(fixture.inChild { _ in execute("/bin/true") } == 0)
        #expect(fixture.inChild { unsafe Fixture.of($0).driver.shutDown() } == 0)
        #expect(try fixture.wait().map(\.token) == [Fixture.token])
    }
}

private func execute(_ path: String) {
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup(path), nil]
    unsafe execv(path, &arguments)
}
#endif
