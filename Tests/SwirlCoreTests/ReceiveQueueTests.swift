import CSwirlSystem
import Logging
import SystemPackage
import Testing

@testable import SwirlCore

@Suite struct ReceiveQueueTests {
    /// Answers what it is told to.
    private final class ScriptedDriver: Driver {
        private final class NoWaker: Waker {
            func wake() {}
        }

        let capabilities: Capabilities
        let waker: any Waker = NoWaker()
        var results: [Int32] = []
        var limits: [UInt32] = []

        init(picksBuffers: Bool) {
            capabilities = Capabilities(picksBuffers: picksBuffers, [:])
        }

        func attach() throws(Errno) {}
        func submit(_ operation: Operation, as token: Token) -> Disposition {
            if case .receiveGroup(_, let limit) = unsafe operation { limits.append(limit) }
            return .ended(results.removeFirst())
        }
        func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32 { results.removeFirst() }
        func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32 { -EAGAIN }
        func cancel(_ token: Token) {}
        func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno) {}
        func shutDown() {}
    }

    private func withQueue(
        _ driver: ScriptedDriver, _ options: LoopOptions = LoopOptions(), _ body: (ReceiveQueue) throws -> Void
    ) rethrows {
        let core = LoopCore(driver: driver, backendName: "scripted", options: options, logger: Logger(label: "tests"))
        let open = OpenDescriptor(Descriptor(-1, .socket), core: core)
        defer { open.state = .closed }
        try body(ReceiveQueue(open))
    }

    private func result(_ step: ReceiveQueue.Step) -> Int32? {
        if case .ended(let result) = step { result } else { nil }
    }

    @Test func aWantOfMemoryIsNotTheEndOfAStream() {
        let driver = ScriptedDriver(picksBuffers: false)
        withQueue(driver) { queue in
            driver.results = [-ENOMEM, -ECONNRESET]
            #expect(result(queue.step(afterWaiting: true)) == -ENOMEM)
            #expect(!queue.isInUse, "the next one tries again")
            #expect(result(queue.step(afterWaiting: true)) == -ECONNRESET)
            #expect(result(queue.step(afterWaiting: true)) == -ECONNRESET, "a stream's own error stays")
        }
    }

    @Test func aShareBeyond4GiBIsALimitOf4GiB() {
        let driver = ScriptedDriver(picksBuffers: true)
        var options = LoopOptions()
        options.receiveShareBytes = 5 << 30
        withQueue(driver, options) { queue in
            driver.results = [-EBADF]
            #expect(result(queue.step(afterWaiting: false)) == -EBADF)
            #expect(driver.limits == [.max])
        }
    }
}
