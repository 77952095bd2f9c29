import CSwirlSystem
import Logging
import SwirlEpoll
import SystemPackage
import Testing

@testable import SwirlCore

extension LoopCore {
    /// A core that no loop runs: for what only needs one to belong to.
    static func idle() -> LoopCore {
        LoopCore(driver: NoDriver(), backendName: "none", options: LoopOptions(), logger: Logger(label: "tests"))
    }
}

/// A driver that has nothing to do.
final class NoDriver: Driver {
    private final class NoWaker: Waker {
        func wake() {}
    }

    let capabilities = Capabilities(picksBuffers: false, [:])
    let waker: any Waker = NoWaker()
    func attach() throws(Errno) {}
    func submit(_ operation: Operation, as token: Token) -> Disposition { .declined }
    func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32 { -EAGAIN }
    func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32 { -EAGAIN }
    func cancel(_ token: Token) {}
    func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno) {}
    func shutDown() {}
}

/// Runs `body` as a task on a loop of its own, on a thread of its own, and closes the loop.
func onLoop<T: Sendable>(_ body: @escaping @Sendable (isolated Loop) async throws -> T) async throws -> T {
    try await Loop.run(.epoll, body)
}

/// As `#expect`, whose macro can neither call what is isolated to a loop nor look into what cannot be copied.
func holds(_ condition: Bool, _ comment: Comment? = nil, at place: SourceLocation = #_sourceLocation) {
    #expect(condition, comment, sourceLocation: place)
}
