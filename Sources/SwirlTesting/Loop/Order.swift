import CSwirlSystem
import SwirlCore
import SwirlSockets

extension Conformance {
    static let order = [firstInFirstOut, stormStarvesNobody, inlineStormStarvesNobody, floodStarvesNobody, writersKeepMessages]

    /// ORD-01: the order of the calls; what is added by a callback runs in the next turn. A timer that is due shows where
    /// turns begin: it runs behind what was ready then, and before what that adds.
    static let firstInFirstOut = Scenario.loop("callbacks run in the order of the calls, new ones in the next turn", "ORD-01") {
        loop, _ in
        let order = Box<[Int]>([])
        let done = Future<Void>()
        for index in 0..<10 {
            loop.callSoon {
                _ = loop
                order.value.append(index)
                if index == 0 { loop.callLater(.zero) { order.value.append(200) } }
                loop.callSoon {
                    _ = loop
                    order.value.append(100 + index)
                    loop.callSoon {
                        _ = loop
                        order.value.append(300 + index)
                        if index == 9 { try? done.setResult(()) }
                    }
                }
            }
        }
        let cancelled = loop.callSoon { order.value.append(-1) }
        cancelled.cancel()
        try await done.value
        try expectEqual(order.value, Array(0..<10) + Array(100..<110) + [200] + Array(300..<310), "the order")
    }

    /// ORD-02: work that makes more work lets timers and IO through.
    static let stormStarvesNobody = Scenario.loop("a storm of callbacks starves neither timers nor IO", "ORD-02") { loop, _ in
        let (a, b) = try await loop.pair()
        let running = Box(true)
        let rounds = Box(0)
        func storm(_ loop: isolated Loop) {
            rounds.value += 1
            if running.value { loop.callSoon { storm(loop) } }
        }
        storm(loop)
        let yielding = loop.createTask { while running.value { await Task.yield() } }
        let reading = loop.createTask { try await a.some() }
        let before = rounds.value
        try await loop.sleep(for: .milliseconds(2))
        try expect(rounds.value > before, "the storm goes on")
        try await b.send([1])
        try expectEqual(try await reading.value, [1], "the byte")
        running.value = false
        try await yielding.value
        try await loop.turns()
        await a.close()
        await b.close()
    }

    /// ORD-02, RDY-10: operations that never have to wait give way now and then.
    static let inlineStormStarvesNobody = Scenario.loop("a task whose IO never waits lets others run", "ORD-02 ORD-03") {
        loop, _ in
        let (a, b) = try loop.rawPair(AF_UNIX)
        let running = Box(true)
        let rounds = Box(0)
        let busy = loop.createTask {
            while running.value {
                try await a.send([1])
                _ = Raw.receive(b)
                rounds.value += 1
            }
        }
        let timer = Future<Void>()
        loop.callLater(.milliseconds(1)) {
            _ = loop
            try? timer.setResult(())
        }
        try await timer.value
        try expect(rounds.value > 0, "nothing was sent meanwhile")
        running.value = false
        try await busy.value
        await a.close()
        _ = swirl_close(b)
    }

    /// ORD-03: one connection that floods does not keep the others from their turn.
    static let floodStarvesNobody = Scenario.loop("a flood on one stream leaves the others their turn", "ORD-03") { loop, _ in
        let (flooded, source) = try await loop.pair()
        let running = Box(true)
        let received = Box(0)
        let piece = numbered(65536)
        let flooding = loop.createTask {
            while running.value { try await source.send(piece) }
            await source.close()
        }
        let draining = loop.createTask {
            while let chunk = try await flooded.nextChunk() { received.value += chunk.count }
        }
        for round in 0..<30 {
            let (a, b) = try await loop.pair()
            let reading = loop.createTask { try await a.allChunks(1) }
            try await b.send([UInt8(round)])
            try expectEqual(try await reading.value, [UInt8(round)], "an answer beside the flood")
            await a.close()
            await b.close()
        }
        running.value = false
        try await flooding.value
        try await draining.value
        try expect(received.value > 0, "the flood stood still")
        await flooded.close()
    }

    /// ORD-04, D14: each message in one piece, first in first out.
    static let writersKeepMessages = Scenario.loop("messages of several writers stay whole and in order", "ORD-04 D14 IO-03") {
        loop, _ in
        let (a, b) = try await loop.pair()
        let size = 900_000
        let writers = (0..<6).map { index in
            loop.createTask {
                let message = [UInt8](repeating: UInt8(index), count: size)
                if index % 2 == 0 {
                    try await a.send(message)
                } else {
                    try await a.write(vectored: (0..<3).map { _ in [UInt8](repeating: UInt8(index), count: size / 3) })
                }
            }
        }
        let found = try await b.all(size * 6)
        for writer in writers { try await writer.value }
        for index in 0..<6 {
            let message = found[index * size..<(index + 1) * size]
            try expect(message.allSatisfy { $0 == UInt8(index) }, "message \(index) is mixed with others")
        }
        await a.close()
        await b.close()
    }
}
