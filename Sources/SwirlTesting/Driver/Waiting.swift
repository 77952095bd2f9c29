import CSwirlSystem
import Glibc
import SwirlCore

extension Conformance {
    static let waiting = [
        batchHasRoom, smallQueueOverflows, wakeBefore, wakeDuring, wakeLate, deadlines, interruptedWaits, hungUpIdle,
    ]

    /// D5, RDY-12: what does not fit comes next time; nobody is starved or told twice.
    static let batchHasRoom = Scenario.driver("more completions than the batch has room for come later", "D5 RDY-12") { harness in
        try manyReady(harness, count: 500, room: 7, perWait: 7)
    }.needing(descriptors: 1000)

    /// RES-07: the completion queue overflows; nothing is lost, and a wake still arrives.
    static let smallQueueOverflows = Scenario.driver("1,500 completions through a tiny queue all arrive", "RES-07 D1") { outer in
        let harness = try DriverHarness(outer.backend, queueEntries: 1)
        try manyReady(harness, count: 1500, room: 256, perWait: 2)
        harness.driver.waker.wake()
        _ = try harness.wait(.never)
        try harness.finish()
    }.needing(descriptors: 3000)

    private static func manyReady(_ harness: DriverHarness, count: Int, room: Int, perWait: Int) throws {
        let memory = unsafe harness.memory(count)
        var peers: [Int32] = []
        var tokens: Set<Token> = []
        for index in 0..<count {
            let (a, b) = try harness.pair()
            peers.append(b)
            let byte = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[index..<index + 1])
            tokens.insert(try unsafe harness.start(.receive(socketDescriptor(a), into: byte)))
        }
        _ = try harness.wait(.now)
        for peer in peers { Raw.send(peer, [7]) }
        let before = harness.waits
        let all = try harness.collect(room: room) { $0.count >= count }
        try expectEqual(Set(all.map(\.token)), tokens, "each once")
        try expect(all.allSatisfy { $0.result == 1 }, "results")
        try expect(unsafe memory.allSatisfy { $0 == 7 }, "the bytes")
        try expect(harness.waits - before <= count / perWait * 2 + 20, "waits that brought little: \(harness.waits - before)")
    }

    /// D6: a wake that came first ends the next wait; several count as one.
    static let wakeBefore = Scenario.driver("a wake before a wait ends it", "D6") { harness in
        harness.driver.waker.wake()
        try expect(harness.wait(.never).isEmpty, "a completion from nowhere")
        for _ in 0..<3 { harness.driver.waker.wake() }
        try expect(harness.wait(.never).isEmpty, "a completion from nowhere")
    }

    /// D6, WAK-01: with a wake for each wait, none may sleep for ever.
    static let wakeDuring = Scenario.driver("a wake from another thread ends each wait", "D6 WAK-01") { harness in
        let waker = harness.driver.waker
        for round in 0..<200 {
            let thread = OwnThread {
                for _ in 0..<(round % 20) * 50 { _ = swirl_monotonic_nanoseconds() }
                waker.wake()
            }
            let start = harness.driver.now
            _ = try harness.wait(.at(nanoseconds: start + 5_000_000_000))
            try expect(harness.driver.now - start < 4_000_000_000, "round \(round): the wake is lost")
            thread.join()
            _ = try harness.wait(.now)
        }
    }

    /// WAK-05: harmless after the end, when the descriptor's number may be somebody else's.
    static let wakeLate = Scenario.driver("a wake after the shut-down reaches nobody", "WAK-05 D6") { outer in
        let before = OpenFiles.now()
        let harness = try DriverHarness(outer.backend)
        let waker = harness.driver.waker
        let own = Set(OpenFiles.now().filter { before[$0.key] == nil && $0.value.contains("eventfd") }.keys)
        harness.driver.shutDown()
        // Either the waker keeps its number, or it is one of these: the lowest free number is given first.
        let kept = OpenFiles.now()
        let events = (0..<8).map { _ in swirl_eventfd() }
        defer { for event in events { _ = swirl_close(event) } }
        try expect(own.allSatisfy { kept[$0] != nil || events.contains($0) }, "its number was not used again")
        waker.wake()
        for event in events {
            var count: UInt64 = 0
            try expectEqual(unsafe swirl_read(event, &count, 8), -EAGAIN, "a stranger was woken")
        }
    }

    /// TIM-01, TIM-03: rounded up, no wrap; past deadlines do not sleep. A wait may end early, so this shows nothing of TIM-02.
    static let deadlines = Scenario.driver("a deadline is reached in a few waits, a past one at once", "TIM-01 TIM-03 D5") {
        harness in
        for microseconds: Int64 in [0, 1, 50, 700, 1000, 1500, 5000] {
            let deadline = harness.driver.now + microseconds * 1000
            let before = harness.waits
            while harness.driver.now < deadline { _ = try harness.wait(.at(nanoseconds: deadline)) }
            try expect(harness.waits - before <= 5, "\(harness.waits - before) waits for one deadline")
        }
        for past: Int64 in [0, 5, -5, .min] { _ = try harness.wait(.at(nanoseconds: past)) }
        harness.driver.waker.wake()
        _ = try harness.wait(.at(nanoseconds: .max))
    }

    /// IO-05, D7: signals end neither a wait nor an operation with EINTR.
    static let interruptedWaits = Scenario.driver("signals disturb neither waits nor operations", "IO-05 D7") { harness in
        let signals = CaughtSignals(SIGUSR1)
        defer { signals.putBack() }
        let (a, b) = try harness.pair()
        let token = try unsafe harness.start(.receive(socketDescriptor(a), into: harness.memory(64)))
        let me = pthread_self()
        let stop = Once<Void>()
        let thread = OwnThread {
            while stop.wait(.microseconds(500)) == nil { pthread_kill(me, SIGUSR1) }
            Raw.send(b, [1])
        }
        let deadline = harness.driver.now + 30_000_000
        // Each in the middle of a wait, but for a few that come between two.
        while harness.driver.now < deadline || signals.count < 20 {
            let soon = max(deadline, harness.driver.now + 1_000_000)
            try expect(harness.wait(.at(nanoseconds: soon)).isEmpty, "a completion from a signal")
        }
        stop.finish(())
        try expectEqual(harness.end(of: token).result, 1, "the receive")
        thread.join()
    }

    /// RDY-02, D11: HUP cannot be masked; while nobody waits on the descriptor it must not end waits.
    static let hungUpIdle = Scenario.driver("a peer that hung up does not keep the loop awake", "RDY-01 RDY-02 D11") { harness in
        for domain in [AF_UNIX, AF_INET] {
            let (a, b) = try harness.pair(domain)
            let memory = unsafe harness.memory(64)
            let token = try unsafe harness.start(.receive(socketDescriptor(a), into: memory))
            _ = try harness.wait(.now)
            Raw.send(b, [1])
            harness.closeRaw(b)
            try expectEqual(harness.end(of: token).result, 1, "the byte")
        }
        _ = try harness.wait(.now)
        let deadline = harness.driver.now + 50_000_000
        let before = harness.waits
        while harness.driver.now < deadline { _ = try harness.wait(.at(nanoseconds: deadline)) }
        try expect(harness.waits - before <= 5, "\(harness.waits - before) waits in 50 ms without anything to do")
    }
}
