import SwirlCore
import SwirlSockets

// What happens while a task has let others run: because its budget was spent, or because it was woken and has not run yet.

extension Conformance {
    static let yielding = [cancelWhileYielding, chunkCancelledWhileYielding, closeWhileYielding, wokenAcceptCancelled]

    /// ORD-02 with CAN-03: operations that end inline spend a budget of 128, then the next one lets others run first.
    private static let spendings = 124...131

    static let cancelWhileYielding = Scenario.loop("a cancel while a read lets others run is not lost", "CAN-03 ORD-02") {
        loop, _ in
        try await cancelsWhileYielding(loop) { _ = try await $0.some() }
    }

    static let chunkCancelledWhileYielding = Scenario.loop("a cancel while a chunk lets others run is not lost", "CAN-03 ORD-02")
    {
        loop, _ in
        try await cancelsWhileYielding(loop) { _ = try await $0.nextChunk() }
    }

    private static func cancelsWhileYielding(
        _ loop: isolated Loop, _ receive: @escaping @Sendable (TCPStream) async throws -> Void
    ) async throws {
        let (a, b) = try await loop.pair()
        for spending in spendings {
            let task = Box<LoopTask<Void>?>(nil)
            let receiving = loop.createTask {
                for _ in 0..<spending { try await a.send([1]) }
                loop.callSoon { task.value?.cancel() }
                try await receive(a)
            }
            task.value = receiving
            do {
                try await receiving.value
                throw ScenarioFailure("a read was not cancelled")
            } catch is CancellationError {}
            task.value = nil
        }
        await a.close()
        await b.close()
    }

    /// FD-03: the number may be a stranger's by the time the read goes on.
    static let closeWhileYielding = Scenario.loop("a close while a read lets others run ends it", "FD-01 FD-03") { loop, _ in
        for spending in spendings {
            let (a, b) = try await loop.pair()
            let go = Future<Void>()
            let closing = loop.createTask {
                try await go.value
                await a.close()
            }
            try await loop.turns(3)
            let reading = loop.createTask {
                for _ in 0..<spending { try await a.send([1]) }
                // The closing task is ready before this one yields, and so runs first.
                try go.setResult(())
                _ = try await a.some()
            }
            do {
                try await reading.value
                throw ScenarioFailure("a closed stream was read")
            } catch let error as IOError {
                try expectEqual(error.cause, .closed, "the reason")
            }
            try await closing.value
            await b.close()
        }
    }

    /// D12: whoever was woken for a connection takes it, or somebody would sleep beside it.
    static let wokenAcceptCancelled = Scenario.loop("an accept cancelled after it was woken leaves nobody asleep", "CAN-01 D12") {
        loop, _ in
        let listener = try await loop.listen()
        for turns in 0..<24 {
            let first = loop.createTask { try await listener.accept() }
            let second = loop.createTask { try await listener.accept() }
            try await loop.turns(2)
            let client = try await TCPStream.connect(to: listener.localAddress)
            if turns > 0 { try await loop.turns(turns % 8) }
            first.cancel()
            if let server = try? await first.value {
                await server.close()
                second.cancel()
                _ = try? await second.value
            } else {
                await (try second.value).close()
            }
            await client.close()
        }
        await listener.close()
    }
}
