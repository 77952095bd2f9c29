import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct RequestLineTests {
    private func failure(line: String) -> Int? { HTTPFilesTests.failure(line + "\r\nHost: h\r\n\r\n") }

    @Test(arguments: [
        "GET", "GET ", "GET /", "GET / ", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET / x HTTP/1.1",
        "G(T / HTTP/1.1",
        "GET\t/ HTTP/1.1", "GET / HTTP/1.1\r", "GET /\r HTTP/1.1", "GET /\0 HTTP/1.1", "GET /\t HTTP/1.1", "GET /\u{7F} HTTP/1.1",
        "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/x.1",
        "GET / HTTPS/1.1",
        "GET / HTTP/1.x", "GET / HTTP 1.1", "GÉT / HTTP/1.1", "GET / HTTP/1,1", "G", "GET / HTTP/-1.1", "/ HTTP/1.1",
        "GET HTTP/1.1",
    ]) func malformedLines(line: String) {
        #expect(failure(line: line) == 400)
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/3.1"]) func otherMajorVersions(version: String) {
        #expect(failure(line: "GET / \(version)") == 505)
    }

    @Test func theHTTP2Preface() {
        #expect(HTTPFilesTests.failure("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505)
    }

    @Test(arguments: [("1.0", 0), ("1.1", 1), ("1.2", 1), ("1.9", 1)]) func minorVersions(version: String, minor: Int) {
        #expect(parsedHead("GET / HTTP/\(version)\r\nHost: h\r\n\r\n")?.minorVersion == minor)
    }

    @Test(arguments: ["GET", "HEAD", "get", "BREW!", "OPTIONS"]) func everyTokenIsAMethod(method: String) {
        #expect(parsedHead("\(method) * HTTP/1.1\r\nHost: h\r\n\r\n")?.method.rawValue == method)
    }

    @Test func theTargetKeepsItsBytes() {
        #expect(parsedHead("GET /é|\\%zz HTTP/1.1\r\nHost: h\r\n\r\n")?.target == Array("/é|\\%zz".utf8))
    }
}
