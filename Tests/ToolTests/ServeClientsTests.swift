import Foundation
import Testing

/// Clients that are slow, silent, gone or too many, and how the server ends.
@Suite struct ServeClientsTests {
    @Test(arguments: backends) func slowClientsAreClosed(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend, "--idle-timeout", "0.3")
        let baseline = server.tool.openDescriptors
        let silent = try server.client()
        let half = try server.client()
        half.send("GET / HTTP/1.1\r\nHost:")
        let kept = try server.client()
        kept.send(request("/small.txt"))
        // Takes nothing of an answer that is larger than what the kernels hold for it.
        let slow = try server.client(receiveBuffer: 4096)
        slow.send(String(repeating: request("/large"), count: 10))
        #expect(try half.answer().status == 408)
        half.finish()
        #expect(half.rest() == [])
        #expect(silent.rest() == [], "without a word")
        #expect(try kept.answer().status == 200)
        #expect(kept.rest() == [])
        #expect(server.tool.waitForDescriptors(baseline))
        // Until here: it must be the server that closes it.
        withExtendedLifetime(slow) {}
        try server.stop()
    }

    /// One that sends a byte now and then is not busy but slow.
    @Test(arguments: backends) func aHeadHasItsTime(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend, "--idle-timeout", "0.3")
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\nHost: ")
        for _ in 0..<15 {
            client.send("h")
            usleep(30_000)
        }
        #expect(try client.answer().status == 408)
        client.finish()
        #expect(client.rest() == [])
        try server.stop()
    }

    /// After a while of silence a connection changes to another task: nothing of what the client sent is lost by that.
    @Test(arguments: backends) func whoeverPausesIsServedAgain(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let baseline = server.tool.openDescriptors
        let clients = try (0..<10).map { _ in try server.client() }
        let (begin, end) = (String(request("/small.txt").prefix(20)), String(request("/small.txt").dropFirst(20)))
        for client in clients { client.send(begin) }
        for _ in 0..<3 {
            for (index, client) in clients.enumerated() {
                // Every other one pauses within a head.
                client.send(end + (index % 2 == 0 ? begin : ""))
                #expect(try client.answer().text == Folder.smallText)
            }
            usleep(150_000)
            for (index, client) in clients.enumerated() where index % 2 == 1 { client.send(begin) }
        }
        for client in clients { client.finish() }
        #expect(server.tool.waitForDescriptors(baseline))
        let silent = try (0..<3).map { _ in try server.client() }
        for client in silent {
            client.send(request("/small.txt"))
            #expect(try client.answer().status == 200)
        }
        usleep(150_000)
        server.tool.signal(SIGTERM)
        for client in silent { #expect(client.rest() == [], "one that waits in its second task is closed at once") }
        #expect(try server.tool.end().code == 0)
    }

    @Test(arguments: backends) func whoeverGoesAwayLeavesNothing(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let baseline = server.tool.openDescriptors
        for round in 0..<10_000 {
            let client = try server.client()
            switch round % 4 {
            case 0: client.send("GET / HTT")
            case 1: client.send(request("/large"))
            case 2: client.send(request("/small.txt") + request("/large") + "GET")
            default: break
            }
        }
        #expect(try server.get("/small.txt").status == 200)
        #expect(server.tool.waitForDescriptors(baseline))
        try server.stop()
    }

    @Test(arguments: backends) func aFileThatShrinksEndsTheConnection(backend: String) throws {
        let folder = try Folder()
        let file = try folder.makeZeros("shrinking", 200 << 20)
        let server = try folder.serve(backend)
        let client = try server.client(receiveBuffer: 65536)
        client.send(request("/shrinking") + request("/small.txt"))
        #expect(client.bytes(1000) != nil)
        try file.truncate(atOffset: 1 << 20)
        let rest = try #require(client.rest())
        #expect(rest.count < 200 << 20)
        #expect(String(decoding: rest.suffix(Folder.smallText.utf8.count), as: UTF8.self) != Folder.smallText)
        #expect(try server.get("/small.txt").status == 200)
        try server.stop()
    }

    /// SIGTERM: no new clients, silent ones are closed, and who is being answered gets all of it.
    @Test(arguments: backends) func runningRequestsEndBeforeTheServer(backend: String) throws {
        let folder = try Folder()
        _ = try folder.makeZeros("long", 16 << 20)
        let server = try folder.serve(backend)
        let silent = try server.client()
        let busy = try server.client(receiveBuffer: 65536)
        busy.send(request("/long") + request("/small.txt"))
        #expect(busy.bytes(1000) != nil)
        server.tool.signal(SIGTERM)
        #expect(silent.rest() == [])
        #expect(throws: Tool.Failure.self) { try server.client() }
        let rest = busy.rest() ?? []
        busy.finish()
        #expect(rest.count + 1000 > 16 << 20)
        #expect(rest.suffix(14) == Array(Folder.smallText.utf8)[...], "what was asked for before counts as running")
        let end = try server.tool.end()
        #expect(end.code == 0 && end.errors == "")
    }

    @Test(arguments: backends) func outOfDescriptors(backend: String) throws {
        let folder = try Folder()
        let serve = [Tool.folder + "/swirl-serve", "--root", folder.root, "--port", "0", "--backend", backend]
        let server = try RunningServer(Tool("/bin/sh", ["-c", "ulimit -n 40; exec \"$0\" \"$@\""] + serve), backend: backend)
        let baseline = server.tool.openDescriptors
        // More than there are descriptors: some wait in the kernel's queue, some find none left for the file.
        var clients: [Client?] = try (0..<60).map { _ in try server.client() }
        for client in clients { client?.send(request("/small.txt", ["Connection: close"])) }
        for index in clients.indices {
            let status = try clients[index]?.answer().status
            #expect(status == 200 || status == 503)
            clients[index] = nil
        }
        #expect(server.tool.waitForDescriptors(baseline))
        #expect(try server.get("/small.txt").status == 200)
        try server.stop()
    }

    @Test(arguments: backends) func theLog(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend, "--log")
        _ = try server.get("/small.txt")
        _ = try server.get("/\u{1b}[2J\u{9b}")
        _ = try? server.get("x y z")
        server.tool.signal(SIGTERM)
        let lines = try server.tool.end().output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.count == 3)
        let good = try #require(lines.first { $0.count == 6 && $0[1] == "GET" })
        #expect(good.dropFirst().prefix(4) == ["GET", "/small.txt", "200", "14"])
        #expect(good[0].hasPrefix("127.0.0.1:") && Double(good[5]) != nil)
        #expect(lines.count { $0.dropFirst().prefix(3) == ["-", "-", "400"] } == 2)
        #expect(!lines.joined().joined().contains("\u{1b}"))
    }
}
