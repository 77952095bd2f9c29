import CSwirlSystem
import Logging
import Testing

@testable import SwirlCore

@Suite struct ReceiveQueueTests {
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
        let driver = unsafe ScriptedDriver()
        withQueue(driver) { queue in
            driver.received = [-ENOMEM, -ECONNRESET]
            #expect(result(queue.step(afterWaiting: true)) == -ENOMEM)
            #expect(!queue.isInUse, "the next one tries again")
            #expect(result(queue.step(afterWaiting: true)) == -ECONNRESET)
            #expect(result(queue.step(afterWaiting: true)) == -ECONNRESET, "a stream's own error stays")
        }
    }

    @Test func aShareBeyond4GiBIsALimitOf4GiB() {
        let driver = unsafe ScriptedDriver(picksBuffers: true) { _ in .ended(-EBADF) }
        var options = LoopOptions()
        options.receiveShareBytes = 5 << 30
        withQueue(driver, options) { queue in
            #expect(result(queue.step(afterWaiting: false)) == -EBADF)
            #expect(driver.asked == ["receiveGroup \(UInt32.max)"])
        }
    }

    // MARK: A ring that runs dry

    /// Lets `count` queues wait for bytes on a core with its first buffers.
    private func withWaitingQueues(
        _ count: Int, _ body: (LoopCore, ScriptedDriver, [ReceiveQueue], _ waits: [Token]) throws -> Void
    ) throws {
        let driver = unsafe ScriptedDriver(picksBuffers: true) { _ in .inFlight }
        let core = LoopCore(driver)
        try core.openKernelBuffers()
        let opens = (0..<count).map { _ in OpenDescriptor(Descriptor(-1, .socket), core: core) }
        let queues = opens.map(ReceiveQueue.init)
        let waits = queues.compactMap { queue in
            if case .waiting(let token) = queue.step(afterWaiting: false) { token } else { nil }
        }
        #expect(waits.count == count && driver.inFlight.count == count)
        try body(core, driver, queues, waits)
        for open in opens { open.state = .closed }
        for token in driver.inFlight { core.dispatch(Completion(token: token, result: -ECANCELED)) }
        #expect(core.dryQueues.isEmpty)
        for wait in waits { #expect(unsafe core.slots.find(wait) == nil, "somebody waits for ever") }
    }

    @Test func whoFindsTheRingDryIsArmedAgainInsteadOfMoreBuffers() throws {
        try withWaitingQueues(40) { core, driver, queues, _ in
            core.runDry(driver)
            #expect(core.dryQueues.count == 40)
            #expect(queues[0].isInUse, "a plain receive would overtake who stands in line")
            core.armDryQueues()
            #expect(driver.inFlight.count == 16, "half as many as there are buffers")
            #expect(core.dryQueues.count == 24)
            core.armDryQueues()
            core.armDryQueues()
            #expect(driver.inFlight.count == 40)
            #expect(core.buffers.count == 32)
        }
    }

    @Test func theRingGrowsWhenItsBuffersAreHeld() throws {
        try withWaitingQueues(12) { core, driver, _, _ in
            for buffer in 0..<30 { _ = unsafe core.buffers.arrived(in: UInt16(buffer), count: 1, isFilled: true) }
            core.runDry(driver)
            core.armDryQueues()
            #expect(core.buffers.count == 38)
            #expect(driver.inFlight.count == 4)
            core.armDryQueues()
            core.armDryQueues()
            #expect(driver.inFlight.count == 12)
            #expect(core.buffers.count == 38)
        }
    }

    @Test func whoIsClosedInLineIsTold() throws {
        try withWaitingQueues(2) { core, driver, queues, waits in
            core.runDry(driver)
            queues[0].open.state = .closing
            core.armDryQueues()
            #expect(driver.inFlight.count == 1, "the other one")
            #expect(unsafe core.slots.find(waits[0]) == nil)
            #expect(result(queues[0].step(afterWaiting: true)) == Ending.closed)
        }
    }

    @Test func nobodyStandsInLineWhenTheLoopEnds() throws {
        try withWaitingQueues(2) { core, driver, _, _ in
            core.runDry(driver)
            core.phase = .ending
            core.armDryQueues()
            #expect(driver.inFlight.isEmpty)
        }
    }
}

extension LoopCore {
    /// Ends all that is in flight for want of buffers.
    fileprivate func runDry(_ driver: ScriptedDriver) {
        for token in driver.inFlight { dispatch(Completion(token: token, result: -ENOBUFS)) }
        driver.inFlight = []
    }
}
