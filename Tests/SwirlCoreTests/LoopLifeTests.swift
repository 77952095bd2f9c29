import SwirlTesting
import SystemPackage
import Testing

@testable import SwirlCore

@Suite struct LoopLifeTests {
    private func backend(attachError: Errno? = nil, provideError: Errno? = nil) -> Backend {
        Backend(name: "scripted") { _ in
            unsafe ScriptedDriver(attachError: attachError, provideError: provideError, picksBuffers: provideError != nil)
        }
    }

    /// A loop that cannot be bound to its thread has never run: it can be closed all the same, and ends what waits for it.
    @Test func aLoopWhoseDriverCannotBeBoundCanBeClosed() async throws {
        let loop = try Loop(backend(attachError: .noMemory))
        let task = loop.createTask { (_: isolated Loop) in 1 }
        try close(loop)
        #expect(loop.isClosed && !loop.isRunning)
        #expect(throws: LoopError.closed) { try loop.callSoonThreadsafe { _ in } }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// The ring of receive buffers is for those who receive.
    @Test func aLoopWithoutRoomForBuffersCanBeClosed() async throws {
        let loop = try Loop(backend(provideError: .noMemory))
        #expect(throws: LoopError.cannotStart("scripted: no ring of receive buffers: \(Errno.noMemory)")) { try run(loop) }
        let task = loop.createTask { (_: isolated Loop) in 1 }
        try close(loop)
        #expect(loop.isClosed)
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    private func run(_ loop: Loop) throws { try loop.runForever() }
    private func close(_ loop: Loop) throws { try loop.close() }

    /// D13: the thread that waits for a loop that is still closing hears of jobs of loops that are closed.
    @Test func aClosingLoopHoldsUpNoJobOfAClosedOne() async throws {
        let (closing, closed) = (LoopCore.idle(), LoopCore.idle())
        _ = closing.inbox.close()
        _ = closed.inbox.close()
        RescueThread.shared.take(over: closed)
        let first = Task(executorPreference: closing) {}
        // The thread has nothing else to do, and waits.
        try await Task.sleep(for: .milliseconds(20))
        let second = Task(executorPreference: closed) {}
        await second.value
        RescueThread.shared.take(over: closing)
        await first.value
    }

    @Test func optionsAreBroughtIntoTheirRanges() {
        var options = LoopOptions()
        let fine = options.clamped
        #expect(fine.receiveBufferBytes == options.receiveBufferBytes && fine.receiveBuffersMax == options.receiveBuffersMax)
        #expect(fine.driver == options.driver && fine.receiveShareBytes == options.receiveShareBytes)
        options.receiveBufferBytes = 4097
        #expect(options.clamped.receiveBufferBytes == 8192)
    }
}
