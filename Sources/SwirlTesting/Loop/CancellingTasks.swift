import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let cancellingTasks = [
        acceptCancelledBesideConnect, readCancelledLosesNothing, chunksCancelledLoseNothing, writeCancelledIsPrefix,
        connectCancelledCloses, cancelFinished, resultBeatsCancel, groupCancel, foreignCancelRaces,
    ]

    /// CAN-01, D12: every client is served by some accept, whatever was cancelled meanwhile.
    static let acceptCancelledBesideConnect = Scenario.loop("accepts cancelled beside connects lose no client", "CAN-01 D12") {
        loop, _ in
        let listener = try await loop.listen()
        for round in 0..<60 {
            let accepting = loop.createTask { try await listener.accept() }
            if round % 3 > 0 { try await loop.turns(round % 3) }
            let client = try await TCPStream.connect(to: listener.localAddress)
            if round % 2 == 0 { try await loop.turns(1) }
            accepting.cancel()
            let first = try? await accepting.value
            let server = if let first { first } else { try await listener.accept() }
            try await server.send([UInt8(round)])
            try expectEqual(try await client.some(), [UInt8(round)], "the greeting")
            await client.close()
            await server.close()
        }
        await listener.close()
    }

    /// CAN-04: a numbered stream under many cancels: no gap, no repetition.
    static let readCancelledLosesNothing = Scenario.loop("reads cancelled while bytes arrive lose none", "CAN-04 CAN-03 D3") {
        loop, _ in
        let (a, b) = try await loop.pair()
        let found = Box<[UInt8]>([])
        for round in 0..<200 {
            let reading = loop.createTask { found.value += try await a.some() }
            if round % 2 == 0 { try await loop.turns(1) }
            try await b.send(numbered(7, from: round * 7))
            if round % 3 == 0 { try await loop.turns(1) }
            reading.cancel()
            _ = try? await reading.value
        }
        try await b.shutdown(.output)
        found.value += try await a.all()
        try expectEqual(found.value, numbered(1400), "the stream")
        await a.close()
        await b.close()
    }

    /// The same by chunks, with plain reads between: bytes that arrived for a cancelled one are the next one's.
    static let chunksCancelledLoseNothing = Scenario.loop("chunks cancelled while bytes arrive lose none", "CAN-04 CAN-13") {
        loop, _ in
        let (a, b) = try await loop.pair()
        let found = Box<[UInt8]>([])
        for round in 0..<200 {
            let reading = loop.createTask { found.value += try await a.allChunks(1) }
            if round % 2 == 0 { try await loop.turns(1) }
            try await b.send(numbered(7, from: round * 7))
            if round % 3 == 0 { try await loop.turns(1) }
            reading.cancel()
            _ = try? await reading.value
            if round % 10 == 9, let some = try? await a.some(3, deadline: loop.time) { found.value += some }
        }
        try await b.shutdown(.output)
        found.value += try await a.all()
        try expectEqual(found.value, numbered(1400), "the stream")
        await a.close()
        await b.close()
    }

    /// CAN-05: what the peer sees is a prefix.
    static let writeCancelledIsPrefix = Scenario.loop("a write that was cancelled has sent a prefix", "CAN-05") { loop, _ in
        let (a, peer) = try loop.rawPair()
        // More than two sockets hold; a piece that is lost or comes twice shifts what follows.
        let wanted = (0..<13).reduce(numbered(1021)) { bytes, _ in bytes + bytes }
        let writing = loop.createTask { try await a.send(wanted) }
        try await loop.turns()
        writing.cancel()
        try await expectCancelled("the write") { try await writing.value }
        await a.close()
        var found: [UInt8] = []
        try await loop.until { Raw.receive(peer, into: &found) }
        try expect(!found.isEmpty && found.count < wanted.count, "bytes at the peer: \(found.count)")
        try expectEqual(found, Array(wanted[..<found.count]), "the prefix")
        _ = swirl_close(peer)
    }

    /// CAN-07: the socket is closed when the error is there.
    static let connectCancelledCloses = Scenario.loop("a connect that was cancelled has closed its socket", "CAN-07") { loop, _ in
        let (listener, address) = try fullUnixListener()
        let count = loop.openDescriptorCount
        for _ in 0..<5 {
            let connecting = loop.createTask { try await TCPStream.connect(to: address) }
            try await loop.turns()
            connecting.cancel()
            try await expectCancelled("the connect") { try await connecting.value }
            try expectEqual(loop.openDescriptorCount, count, "descriptors")
        }
        for number in listener { _ = swirl_close(number) }
    }

    /// CAN-09: nothing, each time.
    static let cancelFinished = Scenario.loop("cancelling what has ended changes nothing", "CAN-09") { loop, _ in
        let task = loop.createTask { 4711 }
        try expectEqual(try await task.value, 4711, "the result")
        task.cancel()
        task.cancel()
        try expectEqual(try await task.value, 4711, "the result afterwards")
        try expectEqual(task.state(), .finished, "the state")
        let timer = loop.callLater(.milliseconds(1)) {}
        try await loop.sleep(for: .milliseconds(2))
        timer.cancel()
        timer.cancel()
        try expectEqual(loop.timerCount, 0, "timers")
    }

    /// CAN-10: one of the two, bytes or the cancel, ends the read; the cancel is seen by the next operation all the same.
    static let resultBeatsCancel = Scenario.loop("a cancel beside a result is neither lost nor doubled", "CAN-10 CAN-03") {
        loop, _ in
        let (a, b) = try await loop.pair()
        for round in 0..<100 {
            let order = Box<[String]>([])
            let reading = loop.createTask {
                do { order.value.append("read \(try await a.some(1).count)") } catch { order.value.append("cancelled") }
                do { try await loop.sleep(for: .seconds(100)) } catch { order.value.append("then cancelled") }
            }
            try await loop.turns(2)
            try await b.send([1])
            if round % 2 == 0 { try await loop.turns(1) }
            reading.cancel()
            try await reading.value
            try expectEqual(order.value.count, 2, "one end each: \(order.value)")
            try expectEqual(order.value[1], "then cancelled", "the cancel")
            if order.value[0] == "cancelled" { try expectEqual(try await a.some(1), [1], "the byte") }
        }
        await a.close()
        await b.close()
    }

    /// CAN-11: a scope is left when everything in it has ended.
    static let groupCancel = Scenario.loop("a group of 300 waits ends whole when it is cancelled", "CAN-11") { loop, _ in
        let listener = try await loop.listen()
        let task = loop.createTask {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<300 {
                    group.addTask {
                        if index % 2 == 0 { try await loop.sleep(for: .seconds(100)) } else { _ = try await listener.accept() }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await loop.until { loop.operationCount >= 300 }
        task.cancel()
        try await expectCancelled("the group") { try await task.value }
        await listener.close()
        try expectEqual(loop.operationCount, 0, "operations")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    /// CAN-12: cancelled from other threads beside the resume: each wait ends once, nobody deadlocks.
    static let foreignCancelRaces = Scenario.loop("cancels from other threads race with results", "CAN-12 D3") { loop, _ in
        let (slept, cancelled) = (Box(0), Box(0))
        var unstarted = 0
        for round in 0..<200 {
            let task = loop.createTask { () -> Int in
                do {
                    try await loop.sleep(for: .microseconds(round % 50))
                    slept.value += 1
                } catch is CancellationError { cancelled.value += 1 }
                return round
            }
            let thread = OwnThread {
                for _ in 0..<round % 40 * 20 { _ = swirl_monotonic_nanoseconds() }
                task.cancel()
            }
            do { try expectEqual(try await task.value, round, "the result") } catch is CancellationError { unstarted += 1 }
            try expectEqual(slept.value + cancelled.value + unstarted, round + 1, "ends")
            thread.join()
        }
    }
}
