import Foundation
import Testing

/// What is served, and what is not.
@Suite struct ServeFilesTests {
    @Test(arguments: backends) func files(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let small = try server.get("/small.txt")
        #expect(small.status == 200 && small.text == Folder.smallText)
        #expect(small["content-type"] == "text/plain; charset=utf-8" && small["content-length"] == "14")
        let empty = try server.get("/empty")
        #expect(empty.status == 200 && empty.body == [] && empty["content-length"] == "0")
        #expect(try server.get("/large").body == Folder.largeBytes)
        #expect(try server.get("/a%20b%25%C3%BC.css?query").text == "b{}")
        #expect(try server.get("/inside").text == Folder.smallText, "a link that stays inside")
        let head = try server.get("/large", method: "HEAD")
        #expect(head.status == 200 && head["content-length"] == "3000000")
        #expect(try server.get("/").text == "<p>home</p>")
        #expect(try server.get("/sub/").text == "<p>sub</p>")
        let moved = try server.get("/sub")
        #expect(moved.status == 301 && moved["location"] == "/sub/")
        try server.stop()
    }

    @Test(arguments: backends) func partsAndConditions(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let part = try server.get("/large", "Range: bytes=65530-1065529")
        #expect(part.status == 206 && part["content-range"] == "bytes 65530-1065529/3000000")
        #expect(part.body == Array(Folder.largeBytes[65_530..<1_065_530]))
        #expect(try server.get("/large", "Range: bytes=-5").body == Array(Folder.largeBytes.suffix(5)))
        let beyond = try server.get("/large", "Range: bytes=3000000-")
        #expect(beyond.status == 416 && beyond["content-range"] == "bytes */3000000")
        let date = try #require(try server.get("/small.txt")["last-modified"])
        #expect(try server.get("/small.txt", "If-Modified-Since: \(date)").status == 304)
        #expect(try server.get("/small.txt", "If-Modified-Since: Mon, 12 Jan 1970 13:46:40 GMT").status == 200)
        try server.stop()
    }

    @Test(arguments: backends) func nothingOutsideTheRoot(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        for (target, status) in [
            ("/../secret", 403), ("/%2e%2e/secret", 403), ("/sub/../../secret", 403), ("/..%2fsecret", 404), ("/out", 403),
            ("/up/secret", 403), ("/up/root/small.txt", 403), ("/absolute", 403), ("//etc/passwd", 404), ("/%00", 400),
            ("/fifo", 403), ("/socket", 403), ("/bare/", 403), ("/small.txt/", 404), ("/small.txt/x", 404), ("/nope", 404),
            ("/sub/nope/", 404),
            ("/" + String(repeating: "x", count: 300), 404), ("http://elsewhere/small.txt", 200),
        ] {
            let answer = try server.get(target)
            #expect(answer.status == status, "\(target)")
            #expect(!answer.text.contains("nobody may read this"), "\(target)")
        }
        try server.stop()
    }

    @Test(arguments: backends) func keepAliveAndPipelining(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let client = try server.client()
        let targets = (0..<60).map { ["/small.txt", "/empty", "/large", "/nope"][$0 % 4] }
        let all = Array(targets.map { request($0) }.joined().utf8)
        // In pieces that end anywhere.
        for start in stride(from: 0, to: all.count, by: 777) { client.send(Array(all[start..<min(start + 777, all.count)])) }
        for target in targets {
            let answer = try client.answer()
            #expect(answer.status == (target == "/nope" ? 404 : 200))
            #expect(answer.body.count == ["/small.txt": 14, "/empty": 0, "/large": 3_000_000][target] ?? answer.body.count)
        }
        try server.stop()
    }

    @Test(arguments: backends) func theLastAnswerOfAConnection(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        do {
            let client = try server.client()
            client.send(request("/small.txt", ["Connection: close"]))
            #expect(try client.answer()["connection"] == "close")
            #expect(client.rest() == [])
            let old = try server.client()
            old.send("GET /small.txt HTTP/1.0\r\n\r\n")
            #expect(try old.answer().text == Folder.smallText)
            #expect(old.rest() == [])
        }
        try server.stop()
    }

    @Test(arguments: backends) func bodiesAreSkipped(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let client = try server.client()
        let body = String(repeating: "GET / HTTP/1.1\r\n\r\n", count: 1000)
        for _ in 0..<3 {
            client.send(request("/", method: "POST", ["Content-Length: \(body.utf8.count)"]) + body)
            client.send(request("/small.txt", ["Content-Length: 3"]) + "abc")
            let refused = try client.answer()
            #expect(refused.status == 405 && refused["allow"] == "GET, HEAD")
            #expect(try client.answer().text == Folder.smallText)
        }
        try server.stop()
    }

    /// An answer that ends the connection arrives, though the server leaves input unread.
    @Test(arguments: backends) func refusalsArrive(backend: String) throws {
        let folder = try Folder()
        let server = try folder.serve(backend)
        let long = String(repeating: "a", count: 20_000)
        for (text, status) in [
            ("nonsense\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET /\(long) HTTP/1.1\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: \(long)\r\n\r\n", 431), ("GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505),
            (request("/", method: "POST", ["Transfer-Encoding: chunked"]), 411), ("\u{16}\u{3}\u{1}\u{2}", 400),
        ] {
            let client = try server.client()
            client.send(text)
            client.send([UInt8](repeating: 0x41, count: 150_000))
            let answer = try client.answer()
            #expect(answer.status == status, "\(text.prefix(20))")
            #expect(answer["connection"] == "close")
            client.finish()
            #expect(client.rest() == [])
        }
        try server.stop()
    }
}
