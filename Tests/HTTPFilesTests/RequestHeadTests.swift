import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct RequestHeadTests {
    @Test func aWholeHead() throws {
        let head = try #require(
            parsedHead(
                "GET /a%20b?q=1 HTTP/1.1\r\nHost: example.com:8080\r\nAccept: text/html\r\naccept:\t*/* \r\nX-Empty:\r\n\r\n"))
        #expect(head.method == .get)
        #expect(head.target == Array("/a%20b?q=1".utf8))
        #expect(head.minorVersion == 1)
        #expect(head.fields[HTTPField.Name("host")!] == "example.com:8080")
        #expect(head.fields[values: .accept] == ["text/html", "*/*"])
        #expect(head.fields[HTTPField.Name("x-empty")!] == "")
        #expect(head.keepAlive && head.bodyLength == 0)
    }

    @Test(arguments: [
        (get(), true, Persistence.implied),
        (get("Connection: close"), false, .close),
        (get("Connection: Keep-Alive, CLOSE"), false, .close),
        (get("Connection: upgrade", "Connection: close"), false, .close),
        (get("Connection: closed"), true, .implied),
        (get(version: "1.0"), false, .close),
        (get("Connection: keep-alive", version: "1.0"), true, .keepAlive),
        (get("Connection: x, Keep-Alive", version: "1.0"), true, .keepAlive),
        (get("Connection: keep-alive, close", version: "1.0"), false, .close),
        (get("Content-Length: 65536"), true, .implied),
        (get("Content-Length: 65537"), false, .close),
        (get("Expect: 100-continue", "Content-Length: 1"), false, .close),
        (get("Expect: 100-continue", "Content-Length: 0"), true, .implied),
        (get(version: "1.9"), true, .implied),
    ]) func persistenceFollowsVersionFieldsAndBody(text: String, keepAlive: Bool, persistence: Persistence) throws {
        let head = try #require(parsedHead(text))
        #expect(head.keepAlive == keepAlive)
        #expect(head.persistence == persistence)
    }

    @Test func aHundredFieldsButNoMore() {
        let field = "a: b\r\n"
        #expect(parsedHead("GET / HTTP/1.0\r\n" + String(repeating: field, count: 100) + "\r\n")?.fields.count == 100)
        #expect(failure("GET / HTTP/1.0\r\n" + String(repeating: field, count: 101) + "\r\n") == 431)
    }

    @Test func linesMayEndInLineFeedAlone() throws {
        let mixed = try #require(parsedHead("GET / HTTP/1.1\nHost: h\r\nX: y\n\r\n"))
        #expect(mixed == parsedHead("GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n"))
    }

    @Test func aValueMayBeAnyTextAndKeepsItsBytes() throws {
        let bytes = Array("GET / HTTP/1.0\r\nX: ".utf8) + [0xE9, 0x09, 0x20, 0xFF] + Array("\r\n\r\n".utf8)
        guard case .head(let head, _) = parse(bytes) else { throw HTTPFailure(.badRequest, "not parsed") }
        let field = try #require(head.fields[fields: HTTPField.Name("X")!].first)
        #expect(unsafe field.withUnsafeBytesOfValue { unsafe Array($0) } == [0xE9, 0x09, 0x20, 0xFF])
    }
}
