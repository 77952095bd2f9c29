import Foundation
import Testing

@Suite struct EchoTests {
    private func start(_ backend: String) throws -> RunningServer {
        try RunningServer(Tool("swirl-echo", ["--port", "0", "--backend", backend]), backend: backend)
    }

    @Test(arguments: backends) func sendsBackWhatComes(backend: String) throws {
        let server = try start(backend)
        let baseline = server.tool.openDescriptors
        do {
            let clients = try (0..<10).map { _ in try server.client() }
            for (index, client) in clients.enumerated() { client.send("hello \(index)") }
            for (index, client) in clients.enumerated() { #expect(client.bytes(7) == Array("hello \(index)".utf8)) }
            let bytes = Array(Folder.largeBytes[..<200_000])
            clients[0].send(bytes)
            clients[0].finish()
            #expect(clients[0].rest() == bytes)
        }
        #expect(server.tool.waitForDescriptors(baseline))
        try server.stop()
    }

    @Test(arguments: backends) func aFailingClientEndsOnlyItself(backend: String) throws {
        let server = try start(backend)
        let baseline = server.tool.openDescriptors
        for _ in 0..<50 {
            // Never reads what comes back, and goes away: the server's write fails.
            let client = try server.client()
            client.send(Array(Folder.largeBytes[..<50_000]))
        }
        let client = try server.client()
        client.send("still there?")
        #expect(client.bytes(12) == Array("still there?".utf8))
        #expect(server.tool.waitForDescriptors(baseline + 1))
        try server.stop(SIGINT)
    }

    /// Each descriptor in the list costs a wait that sleeps a place in one more queue.
    @Test func aLoopThatNoThreadCanWakeWaitsForNoWake() throws {
        let server = try start("poll")
        // Under a sanitizer there may be more.
        if server.tool.threadCount == 1 {
            let eventfdsButTheWakers = server.tool.openEventfds - 1
            let listeners = 1
            #expect(server.tool.waitForPoll() == eventfdsButTheWakers + listeners)
        }
        let client = try server.client()
        client.send("hello")
        #expect(client.bytes(5) == Array("hello".utf8))
        try server.stop()
    }
}
