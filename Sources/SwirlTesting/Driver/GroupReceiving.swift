import CSwirlSystem
import SwirlCore

// Receives for which the kernel picks the buffer: only for drivers with `picksBuffers`; the others pass.

extension Conformance {
    static let groupReceiving = [groupKeepsLimit, groupRunsDry, groupEnds, groupCancelledInBurst]

    private static let bufferBytes = 4096

    /// The group of a harness, and where its bytes lie.
    @safe
    private final class Group {
        let harness: DriverHarness
        let memory: UnsafeMutableRawBufferPointer
        private var filled: [Int] = []

        /// Nothing for a driver that does not pick buffers.
        init?(_ harness: DriverHarness, count: Int) throws {
            guard harness.driver.capabilities.picksBuffers else { return nil }
            self.harness = harness
            unsafe memory = harness.memory(count * bufferBytes)
            filled = Array(repeating: 0, count: count)
            try harness.driver.provide(capacity: 4)
            for index in 0..<count { recycle(UInt16(index)) }
        }

        func recycle(_ buffer: UInt16) {
            filled[Int(buffer)] = 0
            let start = Int(buffer) * bufferBytes
            unsafe harness.driver.recycle(
                buffer: buffer, memory: UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + bufferBytes]))
        }

        /// The bytes that a completion names. Gives the buffer back when it is filled.
        func take(_ completion: Completion, recycling: Bool = true) throws -> [UInt8] {
            guard completion.result > 0 else { return [] }
            try expect(completion.flags.contains(.buffer), "bytes without a buffer: \(completion)")
            let start = Int(completion.buffer) * bufferBytes + filled[Int(completion.buffer)]
            filled[Int(completion.buffer)] += Int(completion.result)
            let bytes = unsafe Array(memory[start..<start + Int(completion.result)])
            if recycling && !completion.flags.contains(.bufferMore) { recycle(completion.buffer) }
            return bytes
        }
    }

    /// D15: never more than the limit, and the rest with the next one.
    static let groupKeepsLimit = Scenario.driver("a group receive takes no more than its limit", "D15 D8") { harness in
        guard let group = try Group(harness, count: 4) else { return }
        for limit in [1, 2, 3, 64, 65, 299, 300, 301, 5000] {
            let (a, b) = try harness.pair()
            Raw.send(b, numbered(300))
            harness.closeRaw(b)
            var found: [UInt8] = []
            while found.count < 300 {
                let token = try unsafe harness.start(.receiveGroup(socketDescriptor(a), limit: UInt32(limit)))
                let all = try harness.collect { $0.last.map { !$0.flags.contains(.more) } ?? false }
                try expect(all.allSatisfy { $0.token == token && $0.result >= 0 }, "limit \(limit): \(all)")
                let bytes = try all.flatMap { try group.take($0) }
                try expect(bytes.count <= limit, "limit \(limit): \(bytes.count) bytes")
                found += bytes
                if all.last?.result == 0 { break }
            }
            try expectEqual(found, numbered(300), "limit \(limit)")
        }
    }

    /// RES-09: no buffer left ends it with ENOBUFS; with buffers it goes on where it was.
    static let groupRunsDry = Scenario.driver("a group that runs dry says so and loses nothing", "RES-09 D8") { harness in
        guard let group = try Group(harness, count: 2) else { return }
        let (a, b) = try harness.pair()
        let wanted = numbered(20_000)
        Raw.send(b, wanted)
        var found: [UInt8] = []
        var dry = 0
        while found.count < wanted.count {
            _ = try unsafe harness.start(.receiveGroup(socketDescriptor(a), limit: 0))
            let all = try harness.collect { completions in
                completions.last.map { !$0.flags.contains(.more) } ?? false
                    || completions.reduce(found.count) { $0 + max(0, Int($1.result)) } >= wanted.count
            }
            var used: Set<UInt16> = []
            for completion in all {
                if completion.result == -ENOBUFS { dry += 1 } else { try expect(completion.result > 0, "\(completion)") }
                found += try group.take(completion, recycling: false)
                if completion.flags.contains(.buffer), !completion.flags.contains(.bufferMore) { used.insert(completion.buffer) }
            }
            for buffer in used.sorted() { group.recycle(buffer) }
        }
        try expectEqual(found, wanted, "the bytes")
        try expect(dry > 0, "the group never ran dry")
    }

    /// RDY-03: the end comes after the bytes, without a buffer.
    static let groupEnds = Scenario.driver("a group receive brings the bytes, then the end", "RDY-03 D8") { harness in
        guard let group = try Group(harness, count: 4) else { return }
        let (a, b) = try harness.pair(AF_INET)
        let token = try unsafe harness.start(.receiveGroup(socketDescriptor(a), limit: 0))
        try harness.expectNothing("before any bytes")
        Raw.send(b, numbered(100))
        harness.closeRaw(b)
        var found: [UInt8] = []
        let all = try harness.collect { $0.contains { $0.token == token && !$0.flags.contains(.more) } }
        for completion in all { found += try group.take(completion) }
        try expectEqual(found, numbered(100), "the bytes")
        try expectEqual(all.last?.result, 0, "the end")
        try expect(all.last?.flags.contains(.buffer) == false, "the end holds a buffer")
    }

    /// CAN-13: cancelled in the middle of a burst: what arrived is there, the rest waits in the socket.
    static let groupCancelledInBurst = Scenario.driver(
        "a group receive that is cancelled in a burst loses nothing", "CAN-13 CAN-04"
    ) {
        harness in
        guard let group = try Group(harness, count: 4) else { return }
        let (a, b) = try harness.pair()
        var found: [UInt8] = []
        var sent = 0
        for round in 0..<100 {
            let token = try unsafe harness.start(.receiveGroup(socketDescriptor(a), limit: 0))
            if round % 2 == 0 { for completion in try harness.wait(.now) { found += try group.take(completion) } }
            Raw.send(b, numbered(50, from: sent))
            sent += 50
            harness.driver.cancel(token)
            let all =
                harness.inFlight.contains(token)
                ? try harness.collect { $0.contains { $0.token == token && !$0.flags.contains(.more) } } : []
            for completion in all { found += try group.take(completion) }
            if round % 5 == 0 { found += Raw.receive(a) }
        }
        found += Raw.receive(a)
        try expectEqual(found, numbered(sent), "the bytes")
    }
}
