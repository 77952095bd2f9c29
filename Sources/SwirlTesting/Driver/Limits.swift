import CSwirlSystem
import Glibc
import SwirlCore

// What a driver does at the limits of what its calls can say, and when the world around it is not as usual.

extension Conformance {
    static let limits = [
        hugeTransfers, hugeQueue, loweredLimit, fullWaker, onlyLooks, threadGone, shutDownLeavesNothing,
    ]

    /// IO-02: lengths of 32 bits wrap: 4 GiB are then nothing, which looks like the end of the stream. Never touched but
    /// for its first bytes: so much memory costs nothing.
    static let hugeTransfers = Scenario.driver("transfers of 4 GiB are capped, not wrapped", "IO-02 IO-01") { harness in
        for count in [1 << 31, 1 << 32, 1 << 32 + 3] {
            guard let memory = unsafe swirl_map_memory(count) else { throw ScenarioFailure("no memory") }
            defer { unsafe swirl_unmap_memory(memory, count) }
            let whole = unsafe UnsafeMutableRawBufferPointer(start: memory, count: count)
            let (a, b) = try harness.pair()
            let token = try unsafe harness.start(.receive(socketDescriptor(a), into: whole))
            Raw.send(b, numbered(10))
            try expectEqual(harness.end(of: token).result, 10, "a receive into \(count) bytes")
            try expectEqual(unsafe Array(whole[..<10]), numbered(10), "the bytes")
            let sent = try unsafe harness.perform(.send(socketDescriptor(a), from: UnsafeRawBufferPointer(whole)))
            try expect(sent > 10, "a send of \(count) bytes: \(sent)")
            try expectEqual(Raw.receive(b, max: 10), numbered(10), "the bytes")
            let null = unsafe try harness.keep(open("/dev/null", O_RDWR | O_CLOEXEC))
            let written = try unsafe harness.perform(
                .write(Descriptor(null, .characterDevice), from: UnsafeRawBufferPointer(whole), at: -1))
            try expect(written > 1 << 30, "a write of \(count) bytes: \(written)")
            let path = "/tmp/swirl-huge-\(getpid())"
            let file = unsafe try harness.keep(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
            unsafe unlink(path)
            let regular = Descriptor(file, .regularFile)
            let start = unsafe UnsafeRawBufferPointer(rebasing: whole[..<10])
            try expectEqual(unsafe harness.perform(.write(regular, from: start, at: 0)), 10, "a write")
            try expectEqual(unsafe harness.perform(.read(regular, into: whole, at: 5)), 5, "a read into \(count) bytes")
        }
    }

    /// URG-01: the kernel refuses a queue beyond its own limit with the same error as flags that it does not know.
    static let hugeQueue = Scenario.driver("a driver starts with the longest queue that can be asked for", "D1") { outer in
        for entries in [16_385, 40_000, UInt32.max] {
            let harness = try DriverHarness(outer.backend, queueEntries: entries)
            let (a, b) = try harness.pair()
            let token = try unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(8)))
            Raw.send(b, [1])
            try expectEqual(harness.end(of: token).result, 1, "a receive with \(entries) entries")
            try harness.finish()
        }
    }

    /// RES-14: the limit is for new descriptors only, but poll(2) also takes no longer a list.
    static let loweredLimit = Scenario.driver(
        "waits go on when the limit of descriptors is lowered below them", "RES-14"
    ) { harness in
        var waiting: [(token: Token, peer: Int32)] = []
        for _ in 0..<40 {
            let (a, b) = try harness.pair()
            waiting.append((try unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(8))), b))
        }
        try harness.expectNothing("before any bytes")
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        defer { unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
        for most in [UInt(16), 1, 0] {
            var low = limit
            low.rlim_cur = most
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &low)
            try harness.expectNothing("with a limit of \(most)")
            if most == 0 { unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
            for (token, peer) in [waiting.removeLast(), waiting.removeFirst()] {
                Raw.send(peer, [1])
                try expectEqual(harness.end(of: token).result, 1, "a receive with a limit of \(most)")
            }
            harness.driver.waker.wake()
            try expect(harness.wait(.at(nanoseconds: harness.driver.now + 5_000_000_000)).isEmpty, "after a wake")
        }
    }

    /// Whoever holds the loop's core, or its waker, holds no descriptor by that.
    static let shutDownLeavesNothing = Scenario.driver("a driver that has shut down holds no descriptor", "D9") { outer in
        let before = OpenFiles.now()
        let harness = try DriverHarness(outer.backend)
        let waker = harness.driver.waker
        harness.driver.shutDown()
        try OpenFiles.expect(same: before)
        waker.wake()
        harness.driver.shutDown()
        try OpenFiles.expect(same: before)
    }

    /// WAK-02: the counter cannot go higher. Where a wake is an edge, somebody has to make room for one. A driver that wakes
    /// by something else than an eventfd has no such counter.
    static let fullWaker = Scenario.driver("a wake when the counter is full ends a wait", "WAK-02 D6") { outer in
        let before = OpenFiles.now()
        let harness = try DriverHarness(outer.backend)
        let counters = OpenFiles.now().filter { before[$0.key] == nil && $0.value.contains("eventfd") }
        if counters.isEmpty { return try harness.finish() }
        for number in counters.keys {
            var most = UInt64.max - 1
            try expectEqual(unsafe write(number, &most, 8), 8, "filling the counter")
        }
        _ = try harness.wait(.now)
        for _ in 0..<3 {
            let start = harness.driver.now
            harness.driver.waker.wake()
            _ = try harness.wait(.at(nanoseconds: start + 5_000_000_000))
            try expect(harness.driver.now - start < 4_000_000_000, "the wake is lost")
            _ = try harness.wait(.now)
        }
        try harness.finish()
    }

    /// URG-06: with deferred completions the kernel does nothing until it is asked for events.
    static let onlyLooks = Scenario.driver("completions reach who never sleeps", "URG-06") { harness in
        let (a, b) = try harness.pair()
        for round in 0..<50 {
            let token = try unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(8)))
            _ = try harness.wait(.now)
            Raw.send(b, [UInt8(round)])
            var looks = 0
            var found: [Completion] = []
            while found.isEmpty {
                looks += 1
                try expect(looks < 1000, "the bytes are there, and \(looks) looks have not found them")
                found = try harness.wait(.now)
            }
            try expectEqual(found.map(\.token), [token], "what ended")
        }
    }

    /// URG-04: requests of a ring end with the thread that submitted them. They must not take bytes with them.
    static let threadGone = Scenario.driver("a wait whose thread has ended takes no bytes", "URG-04 CAN-04") { outer in
        let backend = outer.backend
        let (a, b) = try Raw.pair()
        // SAFETY: the thread that writes it is joined before it is read.
        nonisolated(unsafe) var kept: DriverHarness?
        OwnThread {
            guard let harness = try? DriverHarness(backend) else { return }
            guard (try? unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(8)))) != nil else { return }
            _ = try? harness.wait(.now)
            unsafe kept = harness
        }.join()
        let harness = try require(unsafe kept, "a driver with a receive in flight")
        Raw.send(b, [7])
        try expectEqual(Raw.receive(a), [7], "the byte")
        withExtendedLifetime(harness) {}
        for number in [a, b] { _ = swirl_close(number) }
    }
}
