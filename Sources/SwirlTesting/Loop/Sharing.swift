import CSwirlSystem
import Glibc
import SwirlCore
import SwirlSockets

// One listener or one stream in the hands of several tasks: each gets its own, and nobody is forgotten.

extension Conformance {
    static let sharing = [
        listenerErrorEndsAll, listenerClosedElsewhere, acceptsInOrder, smallReadsShare, armedWhileYielding, readAtTheEnd,
        blockedForeignWriteHoldsNothing,
        closeTellsTheResult,
    ]

    /// RES-02: each accept is told, not only the first.
    static let listenerErrorEndsAll = Scenario.loop("an error of a listener ends every accept that waits", "RES-02") { loop, _ in
        let (number, _) = try Raw.listener()
        let queue = AcceptQueue(OpenDescriptor(Descriptor(number, .socket), core: loop.core))
        let accepting = (0..<3).map { _ in loop.createTask { await queue.accept(deadline: .max) } }
        try await loop.turns(5)
        // It listens no more.
        try expectEqual(shutdown(number, Int32(SHUT_RDWR)), 0, "the shutdown")
        for task in accepting { try expectEqual(try await task.value, -EINVAL, "an accept") }
        await queue.close()
    }

    /// FD-07: also those that come between two steps of the close.
    static let listenerClosedElsewhere = Scenario.loop(
        "a listener closed on another thread leaves no accept waiting", "FD-07"
    ) {
        loop, _ in
        for _ in 0..<20 {
            let listener = try await loop.listen()
            let accepting = loop.createTask {
                for _ in 0..<5 {
                    let error = try await expectError("an accept") { try await listener.accept() }
                    try expectEqual(cause(error), .closed, "an accept")
                }
            }
            try await loop.turns()
            await Task.detached { await listener.close() }.value
            try await accepting.value
        }
    }

    /// D12: who was woken gets what it was woken for, and nobody is woken for nothing, to wait again behind the others.
    static let acceptsInOrder = Scenario.loop("accepts are served in the order of their calls", "D12") { loop, _ in
        let listener = try await loop.listen()
        let port = try require(listener.localAddress.port, "a port")
        let order = Box<[Int]>([])
        let accepting = (0..<8).map { index in
            loop.createTask {
                let stream = try await listener.accept()
                order.note(index)
                await stream.close()
            }
        }
        try await loop.turns()
        var clients: [Int32] = []
        for count in [3, 1, 2, 2] {
            let before = order.value.count
            for _ in 0..<count { clients.append(try Raw.connect(port: port)) }
            try await loop.until { order.value.count == before + count }
        }
        for task in accepting { try await task.value }
        try expectEqual(order.value, Array(0..<8), "the order")
        for client in clients { _ = swirl_close(client) }
        await listener.close()
    }

    /// RDY-08: what the first leaves of a piece is there for the second, though nothing more arrives.
    static let smallReadsShare = Scenario.loop("two small reads beside an armed receive share what came", "RDY-08 D14") {
        loop, _ in
        let (a, b) = try await loop.pair()
        // Where the kernel picks buffers a receive is armed from here on.
        _ = try? await a.nextChunk(deadline: loop.time)?.count
        let readers = (0..<3).map { _ in loop.createTask { try await a.some(1) } }
        try await loop.turns()
        try await b.send([1, 2, 3])
        for (index, reader) in readers.enumerated() { try expectEqual(try await reader.value, [UInt8(index + 1)], "a byte") }
        await a.close()
        await b.close()
    }

    /// CAN-04: what armed a receive meanwhile gives up; the bytes are the read's all the same.
    static let armedWhileYielding = Scenario.loop(
        "a read that lets others run gets its bytes though they arm a receive", "CAN-04 ORD-02 D14"
    ) {
        loop, _ in
        // Around the budget of 128.
        for spending in 124...131 {
            let (a, b) = try await loop.pair()
            let go = Future<Void>()
            let arming = loop.createTask {
                try await go.value
                _ = try? await a.nextChunk(deadline: loop.time.advanced(by: .milliseconds(1)))?.count
            }
            try await loop.turns(3)
            let reading = loop.createTask {
                for _ in 0..<spending { try await a.send([1]) }
                // The other task is ready before this one yields, and so runs first.
                try go.setResult(())
                return try await a.some()
            }
            try await arming.value
            try await b.send([7])
            try expectEqual(try await reading.value, [7], "the bytes")
            await a.close()
            await b.close()
        }
    }

    /// ORD-02: the end of a stream is there at once, each time.
    static let readAtTheEnd = Scenario.loop("a task that reads at the end of a stream lets others run", "ORD-02") { loop, _ in
        let (a, b) = try await loop.pair()
        await b.close()
        try expect(try await a.nextChunk() == nil, "the end")
        let flag = Box(false)
        let task = loop.createTask {
            loop.callSoon { flag.value = true }
            var reads = 0
            while !flag.value && reads < 20_000 {
                reads += 1
                try expectEqual(try await a.some(), [], "the end")
            }
            return reads
        }
        try expect(try await task.value < 20_000, "a callback had to wait until the task gave up")
        await a.close()
    }

    /// D9: with nothing in flight, too.
    static let closeTellsTheResult = Scenario.loop("a close says what the kernel answered", "D9") { loop, _ in
        let (number, peer) = try Raw.pair()
        let open = OpenDescriptor(Descriptor(number, .socket), core: loop.core)
        _ = swirl_close(number)
        try expectEqual(await loop.core.close(open), -EBADF, "the close of what somebody else has closed")
        try expectEqual(await loop.core.close(open), 0, "the second close")
        _ = swirl_close(peer)
    }
}
