import CSwirlSystem
import SwirlCore

extension Conformance {
    static let receiving = [
        receiveWaits, receiveNothing, receiveTheEnd, receiveWhatIsThere, receiveNow, receiveStolen, receiveOnClosed,
    ]

    /// D1, D2, D4: in flight until bytes arrive, then one completion, and the memory is ours.
    static let receiveWaits = Scenario.driver("a receive waits for bytes and ends once", "D1 D2 D4") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(64)
        let token = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
        try harness.expectNothing("before any bytes")
        Raw.send(b, [1, 2, 3, 4, 5])
        try expectEqual(harness.end(of: token).result, 5, "the count")
        try expectEqual(unsafe Array(memory[..<6]), [1, 2, 3, 4, 5, 0], "the bytes")
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xaa)
        Raw.send(b, [6, 7])
        try harness.expectNothing("bytes for nobody")
        try expect(unsafe memory.allSatisfy { $0 == 0xaa }, "D4: memory changed after the terminal completion")
    }

    /// IO-01: recv(0) on a ring would wait for bytes; elsewhere it says EAGAIN.
    static let receiveNothing = Scenario.driver("a receive of nothing ends at once with 0", "IO-01") { harness in
        let (a, _) = try harness.pair()
        let nothing = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
        try expectEqual(unsafe harness.inline(.receive(socketDescriptor(a), into: nothing)), 0, "receive")
        try expectEqual(unsafe harness.inline(.send(socketDescriptor(a), from: UnsafeRawBufferPointer(nothing))), 0, "send")
    }

    /// RDY-01: the end of the stream is 0, and says so again.
    static let receiveTheEnd = Scenario.driver("the end of the stream is a receive of 0, each time", "RDY-01") { harness in
        for domain in [AF_UNIX, AF_INET] {
            let (a, b) = try harness.pair(domain)
            let memory = unsafe harness.memory(64)
            let token = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
            harness.closeRaw(b)
            try expectEqual(harness.end(of: token).result, 0, "waiting for the end")
            try expectEqual(unsafe harness.perform(.receive(socketDescriptor(a), into: memory)), 0, "asking again")
        }
    }

    /// RDY-03: data before the end; a short read is not «no more».
    static let receiveWhatIsThere = Scenario.driver("bytes that wait are received piece by piece, then the end", "RDY-03") {
        harness in
        let (a, b) = try harness.pair(AF_INET)
        Raw.send(b, numbered(10))
        harness.closeRaw(b)
        let memory = unsafe harness.memory(3)
        var found: [UInt8] = []
        for _ in 0..<20 {
            let count = try unsafe harness.perform(.receive(socketDescriptor(a), into: memory))
            if count == 0 { break }
            try expect(count > 0, "receive: \(count)")
            unsafe found.append(contentsOf: memory[..<Int(count)])
        }
        try expectEqual(found, numbered(10), "the bytes")
    }

    /// D7's exception: always inline, EAGAIN when nothing is known to be there; `poll` waits for the rest.
    static let receiveNow = Scenario.driver("receiveNow never waits, and finds what poll announced", "D7 D10") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(64)
        try expectEqual(unsafe harness.driver.receiveNow(socketDescriptor(a), into: memory), -EAGAIN, "nothing there")
        for round in 1...3 {
            let token = try unsafe harness.start(.poll(socketDescriptor(a), .input))
            try harness.expectNothing("before any bytes")
            Raw.send(b, numbered(round))
            let events = try harness.end(of: token).result
            try expect(events > 0 && events & Int32(POLLIN) != 0, "poll: \(events)")
            try expectEqual(unsafe harness.driver.receiveNow(socketDescriptor(a), into: memory), Int32(round), "the bytes")
            try expectEqual(unsafe harness.driver.receiveNow(socketDescriptor(a), into: memory), -EAGAIN, "empty again")
        }
    }

    /// RDY-07: readiness without bytes goes on waiting: no empty result, no EAGAIN.
    static let receiveStolen = Scenario.driver("bytes that somebody else took leave a receive waiting", "RDY-07 D7") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(64)
        let token = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
        try harness.expectNothing("before any bytes")
        for _ in 0..<3 {
            Raw.send(b, [1])
            try expectEqual(Raw.receive(a), [1], "stealing")
            try harness.expectNothing("the byte is gone")
        }
        Raw.send(b, [2, 3])
        try expectEqual(harness.end(of: token).result, 2, "the bytes after")
    }

    /// FD-02: a number that is not open is an error of that operation, not of the loop.
    static let receiveOnClosed = Scenario.driver("operations on a number that is not open end with EBADF", "FD-02") { harness in
        let (a, b) = try harness.pair()
        harness.closeRaw(a)
        let memory = unsafe harness.memory(64)
        let descriptor = socketDescriptor(a)
        try expectEqual(unsafe harness.perform(.receive(descriptor, into: memory)), -EBADF, "receive")
        try expectEqual(unsafe harness.perform(.send(descriptor, from: UnsafeRawBufferPointer(memory))), -EBADF, "send")
        try expectEqual(unsafe harness.perform(.poll(descriptor, .input)), -EBADF, "poll")
        try expectEqual(unsafe harness.perform(.accept(descriptor)), -EBADF, "accept")
        try expectEqual(unsafe harness.perform(.shutdown(descriptor, how: 1)), -EBADF, "shutdown")
        try expectEqual(unsafe harness.perform(.close(descriptor)), -EBADF, "close")
        Raw.send(b, [1])
        try harness.expectNothing("afterwards")
    }
}
