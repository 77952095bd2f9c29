import CSwirlSystem
import Glibc
import SwirlCore

extension Conformance {
    static let cancelling = [
        cancelEach, cancelUnknown, cancelRaces, cancelSmallQueue, memoryAfterCancel, closeAndReuse, shutDownBusy,
    ]

    /// D3: each kind, not yet sent to the kernel and already there, with room in the queue and without.
    static let cancelEach = Scenario.driver("every kind of wait can be cancelled, early and late", "D3 CAN-09") { outer in
        for entries: UInt32 in [256, 1] {
            for late in [false, true] {
                let harness = try DriverHarness(outer.backend, queueEntries: entries)
                let (a, b) = try harness.pair()
                let (listener, _) = try Raw.listener()
                _ = try harness.keep(listener)
                var pipes: [Int32] = [-1, -1]
                try expectEqual(unsafe pipe(&pipes), 0, "pipe")
                let (output, input) = try (harness.keep(pipes[0]), harness.keep(pipes[1]))
                _ = input
                let tokens = try unsafe [
                    harness.start(.receive(socketDescriptor(a), into: harness.memory(64))),
                    harness.start(.accept(socketDescriptor(listener))),
                    harness.start(.poll(socketDescriptor(b), .input)),
                    harness.start(.read(Descriptor(output, .pipe), into: harness.memory(64), at: -1)),
                ]
                if late { try harness.expectNothing("before the cancel") }
                for token in tokens {
                    harness.driver.cancel(token)
                    harness.driver.cancel(token)
                }
                let all = try harness.collect { $0.count >= tokens.count }
                try expect(
                    all.allSatisfy { $0.result == -ECANCELED && $0.flags == [] },
                    "queue of \(entries), late \(late): \(all)")
                try harness.finish()
            }
        }
    }

    /// CAN-09: ignored, and nothing else is hit.
    static let cancelUnknown = Scenario.driver("cancelling what has ended or never was changes nothing", "CAN-09 D3") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(64)
        let first = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
        Raw.send(b, [1])
        _ = try harness.end(of: first)
        let second = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
        try expectEqual(second.index, first.index, "the slot is used again")
        harness.driver.cancel(first)
        harness.driver.cancel(Token(index: 1_000_000, generation: 0))
        harness.driver.cancel(Token(index: second.index, generation: second.generation + 1))
        try harness.expectNothing("cancels of others")
        Raw.send(b, [2])
        try expectEqual(harness.end(of: second).result, 1, "the one that lives")
    }

    /// CAN-03, CAN-04: exactly one of «cancelled» and «received», and no byte is lost.
    static let cancelRaces = Scenario.driver("a cancel beside arriving bytes loses none", "CAN-03 CAN-04 D3") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(64)
        var found: [UInt8] = []
        for round in 0..<300 {
            let token = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
            if round % 2 == 0 { _ = try harness.wait(.now) }
            Raw.send(b, numbered(1, from: round))
            if round % 3 == 0 { _ = try harness.wait(.now, room: 0) }
            harness.driver.cancel(token)
            let result = try harness.end(of: token).result
            if result == -ECANCELED {
                found += Raw.receive(a)
            } else {
                try expect(result > 0, "receive: \(result)")
                unsafe found.append(contentsOf: memory[..<Int(result)])
            }
        }
        try expectEqual(found, numbered(300), "the bytes")
    }

    /// RES-06: no submission and no cancel is lost for want of room.
    static let cancelSmallQueue = Scenario.driver("600 waits through a queue of 2 all end by their cancels", "RES-06 D3") {
        outer in
        let harness = try DriverHarness(outer.backend, queueEntries: 2)
        for _ in 0..<600 {
            let (a, _) = try harness.pair()
            _ = try unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(1)))
        }
        for token in harness.inFlight { harness.driver.cancel(token) }
        let all = try harness.collect { $0.count >= 600 }
        try expect(all.allSatisfy { $0.result == -ECANCELED }, "results")
        try harness.finish()
    }.needing(descriptors: 1200)

    /// CAN-06, D4: nobody writes into memory after the end.
    static let memoryAfterCancel = Scenario.driver("memory is left alone after a cancelled receive", "CAN-06 D4") { harness in
        let (a, b) = try harness.pair()
        let memory = unsafe harness.memory(65536)
        let token = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
        try harness.expectNothing("before any bytes")
        harness.driver.cancel(token)
        try expectEqual(harness.end(of: token).result, -ECANCELED, "the receive")
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xaa)
        Raw.send(b, numbered(1000))
        try harness.expectNothing("bytes for nobody")
        try expect(unsafe memory.allSatisfy { $0 == 0xaa }, "memory changed")
        try expectEqual(Raw.receive(a), numbered(1000), "the bytes are still there")
    }

    /// FD-03, FD-05: the number belongs to another socket at once; nothing of the old one reaches it.
    static let closeAndReuse = Scenario.driver("a number that is used again brings no old events", "FD-03 FD-05 D9") { harness in
        var reused = 0
        for _ in 0..<50 {
            let (a, b) = try harness.pair()
            let memory = unsafe harness.memory(64)
            let old = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
            _ = try harness.wait(.now)
            harness.driver.cancel(old)
            _ = try harness.end(of: old)
            // Ready, but nobody asks: the event is on its way when the number changes hands.
            Raw.send(b, [1])
            try harness.close(a)
            let (c, d) = try harness.pair()
            let number = [c, d].contains(a) ? a : c
            if number == a { reused += 1 }
            let peer = number == c ? d : c
            let token = try unsafe harness.start(.receive(socketDescriptor(number), into: memory))
            try harness.expectNothing("an event of the number's earlier owner")
            Raw.send(peer, [9, 9])
            try expectEqual(harness.end(of: token).result, 2, "the new owner's bytes")
            try harness.close(number)
            harness.closeRaw(peer)
            harness.closeRaw(b)
        }
        try expect(reused > 0, "no number was used again: this shows nothing")
    }

    /// D9, URG-08: hundreds cancelled, seen to end, and the driver shut down right after.
    static let shutDownBusy = Scenario.driver("a driver shuts down right after hundreds of cancels", "D9 URG-08") { outer in
        for _ in 0..<3 {
            let harness = try DriverHarness(outer.backend)
            for _ in 0..<200 {
                let (a, _) = try harness.pair()
                _ = try unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(64)))
            }
            _ = try harness.wait(.now)
            try harness.finish()
        }
    }
}
