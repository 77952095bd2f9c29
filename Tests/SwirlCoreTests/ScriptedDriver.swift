import CSwirlSystem
import Logging
import SystemPackage

@testable import SwirlCore

/// A driver that answers as a test says, and writes down what it was asked.
@safe
final class ScriptedDriver: Driver {
    private final class NoWaker: Waker {
        func wake() {}
    }

    let capabilities: Capabilities
    let waker: any Waker = NoWaker()
    private let attachError: Errno?
    private let provideError: Errno?
    private let answer: (Operation) -> Disposition
    private(set) var asked: [String] = []
    var inFlight: [Token] = []
    /// What `receiveNow` answers, one after the other; then there is nothing.
    var received: [Int32] = []

    init(
        attachError: Errno? = nil, provideError: Errno? = nil, picksBuffers: Bool = false,
        _ answer: @escaping (Operation) -> Disposition = { _ in .declined }
    ) {
        capabilities = Capabilities(picksBuffers: picksBuffers, [:])
        self.attachError = attachError
        self.provideError = provideError
        unsafe self.answer = answer
    }

    func attach() throws(Errno) {
        if let attachError { throw attachError }
    }

    func provide(capacity: UInt16) throws(Errno) {
        if let provideError { throw provideError }
    }

    func submit(_ operation: Operation, as token: Token) -> Disposition {
        switch unsafe operation {
        case .watchSignal(_, let event, _): asked.append("watchSignal \(event)")
        case .receiveGroup(_, let limit): asked.append("receiveGroup \(limit)")
        default: asked.append("\(operation.kind)")
        }
        let answer = unsafe answer(operation)
        if case .inFlight = answer { inFlight.append(token) }
        return answer
    }

    func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        received.isEmpty ? -EAGAIN : received.removeFirst()
    }

    func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32 { -EAGAIN }
    func cancel(_ token: Token) { asked.append("cancel") }
    func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno) {}
    func shutDown() {}
}

extension LoopCore {
    convenience init(_ driver: ScriptedDriver) {
        self.init(driver: driver, backendName: "scripted", options: LoopOptions(), logger: Logger(label: "tests"))
    }
}
