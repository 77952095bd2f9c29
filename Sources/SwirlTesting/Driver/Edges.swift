import CSwirlSystem
import Glibc
import SwirlCore

// Reads that got less than was there: what is left makes no new edge (RDY-10).

extension Conformance {
    static let edges = [terminalLines, packets, urgentBytes]

    /// A terminal gives a line at a time; most know no RWF_NOWAIT, and what was inherited may block.
    static let terminalLines = Scenario.driver("every line of a terminal is read, several at once", "RDY-10 IO-07") { harness in
        for flags in [O_NONBLOCK, 0] {
            let (main, terminal) = try Raw.terminal(flags)
            _ = try (harness.keep(main), harness.keep(terminal))
            try pieces(harness, Descriptor(terminal, .characterDevice), ["a\n", "bb\n", "ccc\n"]) { lines in
                let bytes = Array(lines.joined().utf8)
                try expectEqual(unsafe write(main, bytes, bytes.count), bytes.count, "lines")
            }
        }
    }

    /// A pipe may keep what was written at once together, and then gives one such packet at a time.
    static let packets = Scenario.driver("every packet of a pipe is read, several at once", "RDY-10") { harness in
        var both: [Int32] = [-1, -1]
        try expectEqual(unsafe pipe(&both), 0, "pipe")
        let (output, input) = try (harness.keep(both[0]), harness.keep(both[1]))
        try expectEqual(fcntl(input, F_SETFL, SWIRL_O_DIRECT), 0, "packets")
        try pieces(harness, Descriptor(output, .pipe), ["ab", "c", "def"]) { packets in
            for packet in packets {
                let bytes = Array(packet.utf8)
                try expectEqual(unsafe write(input, bytes, bytes.count), bytes.count, "a packet")
            }
        }
    }

    /// Reads one piece after the other: those that came at once, and one that comes later.
    private static func pieces(
        _ harness: DriverHarness, _ descriptor: Descriptor, _ pieces: [String], _ put: ([String]) throws -> Void
    ) throws {
        let memory = unsafe harness.memory(64)
        for round in [pieces, [pieces[0]], pieces] {
            let first = try unsafe harness.start(.read(descriptor, into: memory, at: -1))
            try harness.expectNothing("before the first piece")
            try put(round)
            try expectEqual(harness.end(of: first).result, Int32(round[0].utf8.count), "the first piece")
            for piece in round.dropFirst() {
                let count = try unsafe harness.perform(.read(descriptor, into: memory, at: -1))
                try expectEqual(count, Int32(piece.utf8.count), "how many bytes")
                try expectEqual(unsafe Array(memory[..<Int(count)]), Array(piece.utf8), "a piece")
            }
        }
    }

    /// A receive stops in front of TCP's urgent data; the byte itself is out of line, and nobody here asks for it.
    static let urgentBytes = Scenario.driver("bytes behind urgent data are received", "RDY-10") { harness in
        let (a, b) = try harness.pair(AF_INET)
        let memory = unsafe harness.memory(64)
        for round in 0..<3 {
            let first = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
            try harness.expectNothing("before any bytes, round \(round)")
            Raw.send(b, [1, 2, 3])
            var urgent: UInt8 = 4
            try expectEqual(unsafe send(b, &urgent, 1, Int32(MSG_OOB)), 1, "urgent data")
            Raw.send(b, [5, 6, 7])
            try expectEqual(harness.end(of: first).result, 3, "before the urgent data")
            try expectEqual(unsafe harness.perform(.receive(socketDescriptor(a), into: memory)), 3, "behind it")
            try expectEqual(unsafe Array(memory[..<3]), [5, 6, 7], "the bytes")
        }
    }
}
