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
        /// What is in flight: everything that no result is there for.
        var armed: [Token] = []

        init(picksBuffers: Bool) {
            capabilities = Capabilities(picksBuffers: picksBuffers, [:])
        }

        func attach() throws(Errno) {}
        func submit(_ operation: Operation, as token: Token) -> Disposition {
            if case .receiveGroup(_, let limit) = unsafe operation { limits.append(limit) }
            if !results.isEmpty { return .ended(results.removeFirst()) }
            armed.append(token)
            return .inFlight
        }
        func provide(capacity: UInt16) throws(Errno) {}

        /// Ends all that is armed for want of buffers.
        func runDry(_ core: LoopCore) {
            for token in armed { core.dispatch(Completion(token: token, result: -ENOBUFS)) }
            armed = []
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

    // MARK: A ring that runs dry

    /// Lets `count` queues wait for bytes on a core with its first buffers.
    private func withWaitingQueues(
        _ count: Int, _ body: (LoopCore, ScriptedDriver, [ReceiveQueue], _ waits: [Token]) throws -> Void
    ) throws {
        let driver = ScriptedDriver(picksBuffers: true)
        let core = LoopCore(driver: driver, backendName: "scripted", options: LoopOptions(), logger: Logger(label: "tests"))
        try core.openKernelBuffers()
        let opens = (0..<count).map { _ in OpenDescriptor(Descriptor(-1, .socket), core: core) }
        let queues = opens.map(ReceiveQueue.init)
        let waits = queues.compactMap { queue in
            if case .waiting(let token) = queue.step(afterWaiting: false) { token } else { nil }
        }
        #expect(waits.count == count && driver.armed.count == count)
        try body(core, driver, queues, waits)
        for open in opens { open.state = .closed }
        for token in driver.armed { core.dispatch(Completion(token: token, result: -ECANCELED)) }
        #expect(core.dryQueues.isEmpty)
        for wait in waits { #expect(unsafe core.slots.find(wait) == nil, "somebody waits for ever") }
    }

    @Test func whoFindsTheRingDryIsArmedAgainInsteadOfMoreBuffers() throws {
        try withWaitingQueues(40) { core, driver, queues, _ in
            driver.runDry(core)
            #expect(core.dryQueues.count == 40)
            #expect(queues[0].isInUse, "a plain receive would overtake who stands in line")
            core.armDryQueues()
            #expect(driver.armed.count == 16, "half as many as there are buffers")
            #expect(core.dryQueues.count == 24)
            core.armDryQueues()
            core.armDryQueues()
            #expect(driver.armed.count == 40)
            #expect(core.buffers.count == 32)
        }
    }

    @Test func theRingGrowsWhenItsBuffersAreHeld() throws {
        try withWaitingQueues(12) { core, driver, _, _ in
            for buffer in 0..<30 { _ = unsafe core.buffers.arrived(in: UInt16(buffer), count: 1, isFilled: true) }
            driver.runDry(core)
            core.armDryQueues()
            #expect(core.buffers.count == 38)
            #expect(driver.armed.count == 4)
            core.armDryQueues()
            core.armDryQueues()
            #expect(driver.armed.count == 12)
            #expect(core.buffers.count == 38)
        }
    }

    @Test func whoIsClosedInLineIsTold() throws {
        try withWaitingQueues(2) { core, driver, queues, waits in
            driver.runDry(core)
            queues[0].open.state = .closing
            core.armDryQueues()
            #expect(driver.armed.count == 1, "the other one")
            #expect(unsafe core.slots.find(waits[0]) == nil)
            #expect(result(queues[0].step(afterWaiting: true)) == Ending.closed)
        }
    }

    @Test func nobodyStandsInLineWhenTheLoopEnds() throws {
        try withWaitingQueues(2) { core, driver, _, _ in
            driver.runDry(core)
            core.phase = .ending
            core.armDryQueues()
            #expect(driver.armed.isEmpty)
        }
    }
}
