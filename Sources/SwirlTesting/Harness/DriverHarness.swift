import CSwirlSystem
import Glibc
public import SwirlCore

/// A driver without a loop around it: hands out tokens, collects completions, and checks that each is allowed to come.
///
/// Belongs to one thread.
@safe
public final class DriverHarness {
    public let driver: any Driver
    let backend: Backend
    private var generations: [UInt32] = []
    private var free: [UInt32] = []
    private(set) var inFlight: Set<Token> = []
    private var memories: [UnsafeMutableRawBufferPointer] = unsafe []
    private var descriptors: [Int32] = []
    private let room: UnsafeMutableBufferPointer<Completion>
    /// How often `wait` was asked.
    private(set) var waits = 0

    init(_ backend: Backend, queueEntries: UInt32 = 256) throws {
        self.backend = backend
        var options = DriverOptions()
        options.queueEntries = queueEntries
        driver = try backend.makeDriver(options)
        unsafe room = .allocate(capacity: 256)
        try driver.attach()
    }

    deinit {
        driver.shutDown()
        for number in descriptors { _ = swirl_close(number) }
        while let memory = unsafe memories.popLast() { unsafe memory.deallocate() }
        unsafe room.deallocate()
    }

    // MARK: Submitting

    private func token() -> Token {
        if let index = free.popLast() { return Token(index: index, generation: generations[Int(index)]) }
        generations.append(0)
        return Token(index: UInt32(generations.count - 1), generation: 0)
    }

    private func retire(_ token: Token) {
        generations[Int(token.index)] = (generations[Int(token.index)] + 1) & 0x7fff_ffff
        free.append(token.index)
    }

    func submit(_ operation: Operation) -> (disposition: Disposition, token: Token) {
        let token = token()
        let disposition = unsafe driver.submit(operation, as: token)
        if case .inFlight = disposition { inFlight.insert(token) } else { retire(token) }
        return (disposition, token)
    }

    /// Submits what must not end inline.
    func start(_ operation: Operation, file: StaticString = #fileID, line: UInt = #line) throws -> Token {
        let kind = operation.kind
        let (disposition, token) = unsafe submit(operation)
        guard case .inFlight = disposition else {
            throw ScenarioFailure("\(kind) should be in flight, but is \(disposition)", file: file, line: line)
        }
        return token
    }

    /// Submits what must end inline.
    func inline(_ operation: Operation, file: StaticString = #fileID, line: UInt = #line) throws -> Int32 {
        let kind = operation.kind
        guard case .ended(let result) = unsafe submit(operation).disposition else {
            throw ScenarioFailure("\(kind) should end inline", file: file, line: line)
        }
        return result
    }

    /// Submits, and waits for the end if it is not inline. What is declined is done here, as the blocking pool would.
    func perform(_ operation: Operation, file: StaticString = #fileID, line: UInt = #line) throws -> Int32 {
        let (disposition, token) = unsafe submit(operation)
        switch disposition {
        case .ended(let result): return result
        case .declined: return unsafe Perform.directly(operation)
        case .inFlight: return try end(of: token, file: file, line: line).result
        }
    }

    // MARK: Waiting

    func wait(
        _ deadline: Deadline = .now, room capacity: Int = 256, file: StaticString = #fileID, line: UInt = #line
    ) throws -> [Completion] {
        waits += 1
        let room = unsafe UnsafeMutableBufferPointer(rebasing: room[..<capacity])
        var batch = unsafe OutputSpan(buffer: room, initializedCount: 0)
        do {
            try driver.wait(until: deadline, into: &batch)
        } catch {
            throw ScenarioFailure("wait threw \(error)", file: file, line: line)
        }
        let count = unsafe batch.finalize(for: room)
        var all: [Completion] = []
        for index in 0..<count {
            let completion = unsafe room[index]
            all.append(completion)
            guard inFlight.contains(completion.token) else {
                throw ScenarioFailure("D1, D2: a completion for what is not in flight: \(completion)", file: file, line: line)
            }
            if completion.result == -EINTR || completion.result == -EAGAIN {
                throw ScenarioFailure("D7: EINTR or EAGAIN came out: \(completion)", file: file, line: line)
            }
            if !completion.flags.contains(.more) {
                inFlight.remove(completion.token)
                retire(completion.token)
            }
        }
        return all
    }

    /// Takes completions until `enough`, for a few seconds at most.
    func collect(
        room: Int = 256, file: StaticString = #fileID, line: UInt = #line, until enough: ([Completion]) -> Bool
    ) throws -> [Completion] {
        var all: [Completion] = []
        let end = driver.now + 5_000_000_000
        while !enough(all) {
            if driver.now >= end {
                throw ScenarioFailure(
                    "not what was waited for, in 5 s: \(all), in flight \(inFlight.count)", file: file, line: line)
            }
            all += try wait(.at(nanoseconds: end), room: room, file: file, line: line)
        }
        return all
    }

    /// The terminal completion of an operation; those of others are not expected.
    func end(of token: Token, file: StaticString = #fileID, line: UInt = #line) throws -> Completion {
        let all = try collect(file: file, line: line) { $0.contains { $0.token == token && !$0.flags.contains(.more) } }
        if let other = all.first(where: { $0.token != token }) {
            throw ScenarioFailure("a completion of another operation: \(other)", file: file, line: line)
        }
        return all.last!
    }

    /// Nothing is there, and nothing comes by looking.
    func expectNothing(_ what: String, file: StaticString = #fileID, line: UInt = #line) throws {
        for _ in 0..<3 {
            let found = try wait(.now, file: file, line: line)
            try expect(found.isEmpty, "\(what): \(found)", file: file, line: line)
        }
    }

    /// Cancels everything, sees it end, and looks whether more comes (D1, D2).
    func finish() throws {
        for token in inFlight { driver.cancel(token) }
        _ = try collect { [self] _ in inFlight.isEmpty }
        try expectNothing("after the end")
    }

    // MARK: What operations need

    /// Memory that is freed after the driver.
    func memory(_ count: Int, filledWith byte: UInt8 = 0) -> UnsafeMutableRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4096)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: byte)
        unsafe memories.append(memory)
        return unsafe memory
    }

    /// A descriptor that is closed at the end.
    func keep(_ number: Int32, file: StaticString = #fileID, line: UInt = #line) throws -> Int32 {
        try expect(number >= 0, "no descriptor: \(number)", file: file, line: line)
        descriptors.append(number)
        return number
    }

    /// The scenario has closed it itself.
    func forget(_ number: Int32) {
        descriptors.removeAll { $0 == number }
    }

    /// Closes a descriptor through the driver, as a loop would.
    func close(_ number: Int32) throws {
        descriptors.removeAll { $0 == number }
        try expectEqual(unsafe inline(.close(Descriptor(number, .socket))), 0, "close")
    }

    /// Closes it behind the driver's back: a peer's end.
    func closeRaw(_ number: Int32) {
        descriptors.removeAll { $0 == number }
        _ = swirl_close(number)
    }

    /// Two connected sockets.
    func pair(_ domain: Int32 = AF_UNIX) throws -> (Int32, Int32) {
        let (a, b) = try Raw.pair(domain)
        return try (keep(a), keep(b))
    }
}

func socketDescriptor(_ number: Int32) -> Descriptor { Descriptor(number, .socket) }
