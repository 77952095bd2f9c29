import CSwirlSystem
import SwirlCore

extension Conformance {
    static let sending = [
        sendInline, sendBlocked, sendCancelled, sendToNobody, sendNowFull, sendVectorsBlocked, pollBoth,
    ]

    /// D1: what ended inline never comes from `wait`.
    static let sendInline = Scenario.driver("a send that fits ends once", "D1 D2") { harness in
        let (a, b) = try harness.pair()
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(100, filledWith: 7))
        try expectEqual(unsafe harness.perform(.send(socketDescriptor(a), from: bytes)), 100, "sent")
        try expectEqual(Raw.receive(b).count, 100, "received")
        try harness.expectNothing("after an operation that ended")
    }

    /// Fills a socket's buffer through the driver; how many bytes that took.
    private static func fill(_ harness: DriverHarness, _ number: Int32, _ bytes: UnsafeRawBufferPointer) throws -> Int {
        var sum = 0
        for _ in 0..<1000 {
            let result = unsafe harness.driver.sendNow(socketDescriptor(number), from: bytes)
            if result == -EAGAIN { return sum }
            try expect(result > 0, "sendNow: \(result)")
            sum += Int(result)
        }
        throw ScenarioFailure("a socket that is never full")
    }

    /// Reads what has come so far; how many bytes.
    private static func drain(_ number: Int32) -> Int {
        var sum = 0
        while case let bytes = Raw.receive(number), !bytes.isEmpty { sum += bytes.count }
        return sum
    }

    /// A send waits for room, and its result is what the peer gets of it.
    static let sendBlocked = Scenario.driver("a send into a full buffer waits for the peer to read", "D1 D7") { harness in
        let (a, b) = try harness.pair()
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(100_000, filledWith: 7))
        let before = try unsafe fill(harness, a, bytes)
        try unsafe expectBlocked(harness, .send(socketDescriptor(a), from: bytes), peer: b, sentBefore: before)
    }

    /// What sends does not end while the peer does not read; when it does, it gets what the result says.
    private static func expectBlocked(
        _ harness: DriverHarness, _ operation: Operation, peer: Int32, sentBefore: Int
    ) throws {
        let token = try unsafe harness.start(operation)
        try harness.expectNothing("while the peer does not read")
        var received = 0
        let all = try harness.collect { completions in
            received += drain(peer)
            return completions.contains { $0.token == token }
        }
        received += drain(peer)
        try expect(all[0].result > 0, "the send: \(all[0].result)")
        try expectEqual(received, sentBefore + Int(all[0].result), "bytes at the peer")
    }

    /// CAN-05: cancelled having sent nothing, or with the count of what was sent.
    static let sendCancelled = Scenario.driver("a send that was cancelled has sent what it says", "CAN-05 D3") { harness in
        for (domain, peerReads) in [(AF_UNIX, false), (AF_INET, false), (AF_UNIX, true), (AF_INET, true)] {
            let (a, b) = try harness.pair(domain)
            let bytes = unsafe UnsafeRawBufferPointer(harness.memory(1 << 20, filledWith: 7))
            let before = try unsafe fill(harness, a, bytes)
            let token = try unsafe harness.start(.send(socketDescriptor(a), from: bytes))
            try harness.expectNothing("while the peer does not read")
            // Room for a part of it, of which the driver may or may not have heard when the cancel comes.
            var received = peerReads ? drain(b) : 0
            harness.driver.cancel(token)
            let result = try harness.end(of: token).result
            try expect(result == -ECANCELED || peerReads && result > 0, "the send: \(result)")
            let sent = before + max(0, Int(result))
            try unsafe expectEqual(harness.inline(.shutdown(socketDescriptor(a), how: Int32(SHUT_WR))), 0, "shutdown")
            for _ in 0..<100_000 where received < sent { received += drain(b) }
            try expectEqual(received + drain(b), sent, "bytes at the peer")
        }
    }

    /// IO-06: EPIPE as a result; the process lives.
    static let sendToNobody = Scenario.driver("sending to a peer that is gone is EPIPE, not a signal", "IO-06") { harness in
        let (a, b) = try harness.pair()
        harness.closeRaw(b)
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(8, filledWith: 7))
        try expectEqual(unsafe harness.perform(.send(socketDescriptor(a), from: bytes)), -EPIPE, "send")
        try expectEqual(unsafe harness.driver.sendNow(socketDescriptor(a), from: bytes), -EPIPE, "sendNow")
        var message = unsafe msghdr()
        var piece = unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: 8)
        unsafe withUnsafeMutablePointer(to: &piece) { unsafe message.msg_iov = $0 }
        unsafe message.msg_iovlen = 1
        let result = try unsafe withUnsafePointer(to: &message) { message in
            try unsafe withUnsafePointer(to: &piece) { _ in try unsafe harness.perform(.sendVectors(socketDescriptor(a), message))
            }
        }
        try expectEqual(result, -EPIPE, "sendVectors")
    }

    /// D7's other exception.
    static let sendNowFull = Scenario.driver("sendNow never waits, and poll says when there is room", "D7 D10") { harness in
        let (a, b) = try harness.pair()
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(100_000, filledWith: 7))
        for _ in 0..<3 {
            _ = try unsafe fill(harness, a, bytes)
            let token = try unsafe harness.start(.poll(socketDescriptor(a), .output))
            try harness.expectNothing("while the peer does not read")
            _ = drain(b)
            let events = try harness.end(of: token).result
            try expect(events > 0 && events & Int32(POLLOUT) != 0, "poll: \(events)")
        }
    }

    /// IO-03, in small: pieces that do not fit wait like a send.
    static let sendVectorsBlocked = Scenario.driver("pieces into a full buffer wait for the peer to read", "D1 IO-03") {
        harness in
        let (a, b) = try harness.pair()
        let bytes = unsafe harness.memory(100_000, filledWith: 7)
        let before = try unsafe fill(harness, a, UnsafeRawBufferPointer(bytes))
        let pieces = unsafe harness.memory(64).bindMemory(to: iovec.self)
        unsafe pieces[0] = unsafe iovec(iov_base: bytes.baseAddress, iov_len: 60_000)
        unsafe pieces[1] = unsafe iovec(iov_base: bytes.baseAddress, iov_len: 40_000)
        let message = unsafe harness.memory(MemoryLayout<msghdr>.size).bindMemory(to: msghdr.self)
        unsafe message[0].msg_iov = pieces.baseAddress
        unsafe message[0].msg_iovlen = 2
        let operation = unsafe Operation.sendVectors(socketDescriptor(a), UnsafePointer(message.baseAddress!))
        try unsafe expectBlocked(harness, operation, peer: b, sentBefore: before)
    }

    /// RDY-01, RDY-08: each direction by itself, on one descriptor at the same time.
    static let pollBoth = Scenario.driver("the two directions of a descriptor wait apart", "RDY-08") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(64)
        let output = try unsafe harness.perform(.poll(socketDescriptor(a), .output))
        try expect(output > 0 && output & Int32(POLLOUT) != 0, "there is room at once: \(output)")
        _ = try unsafe fill(harness, a, UnsafeRawBufferPointer(harness.memory(100_000)))
        let sending = try unsafe harness.start(.poll(socketDescriptor(a), .output))
        let receiving = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
        try harness.expectNothing("neither is ready")
        harness.driver.cancel(sending)
        try expectEqual(harness.end(of: sending).result, -ECANCELED, "one direction cancelled")
        try harness.expectNothing("the other still waits")
        Raw.send(b, [1])
        try expectEqual(harness.end(of: receiving).result, 1, "the other direction")
        let again = try unsafe harness.start(.poll(socketDescriptor(a), .output))
        _ = drain(b)
        try expect(harness.end(of: again).result > 0, "and room once more")
    }
}
