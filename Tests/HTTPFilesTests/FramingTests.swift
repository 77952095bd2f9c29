import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct FramingTests {
    @Test(arguments: [
        "Host: other", "host: h", "Content-Length: ", "Content-Length: -1", "Content-Length: +1", "Content-Length: 1x",
        "Content-Length: 0x1",
        "Content-Length: 1 2", "Content-Length: 1, 2", "Content-Length: ,", "Content-Length: 1.0",
        "Content-Length: 9223372036854775807",
        "Content-Length: 18446744073709551617", "Content-Length: ٣", "Transfer-Encoding: ", "Transfer-Encoding: ,",
    ]) func malformedFraming(line: String) {
        #expect(failure(get(line)) == 400)
    }

    @Test func lengthsThatDifferAreRefused() {
        #expect(failure(get("Content-Length: 1", "Content-Length: 2")) == 400)
        #expect(parsedHead(get("Content-Length: 7", "content-length: 7, 07"))?.bodyLength == 7)
    }

    @Test func lengthAndCodingTogetherAreRefused() {
        #expect(failure(get("Content-Length: 1", "Transfer-Encoding: chunked")) == 400)
        #expect(failure(get("Transfer-Encoding: gzip", "Content-Length: 0")) == 400)
    }

    @Test(arguments: [
        ("chunked", 411), ("Chunked", 411), (" chunked ,", 411), ("gzip", 501), ("gzip, chunked", 501), ("chunked, gzip", 501),
        ("identity", 501),
        ("xchunked", 501), ("chunked;q=1", 501), ("chunked, chunked", 501),
    ]) func codings(value: String, expected: Int) {
        #expect(failure(get("Transfer-Encoding: \(value)")) == expected)
    }

    @Test func codingsAreNotForHTTP10() {
        #expect(failure(get("Transfer-Encoding: chunked", version: "1.0")) == 400)
    }

    @Test func hostIsNeededOnceByHTTP11() {
        #expect(failure("GET / HTTP/1.1\r\n\r\n") == 400)
        #expect(failure("GET http://h/ HTTP/1.1\r\n\r\n") == 400)
        #expect(parsedHead("GET / HTTP/1.0\r\n\r\n") != nil)
        #expect(failure("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == 400)
    }

    @Test(arguments: [
        ("", true), ("h", true), ("h:80", true), ("[::1]:80", true), ("a_b.~c", true), ("%41", true), ("a b", false),
        ("a/b", false), ("u@h", false),
        ("a, b", false), ("h?", false), ("h#", false), ("\\h", false), ("<h>", false), ("é", false), ("\"h\"", false),
    ]) func hosts(value: String, accepted: Bool) {
        #expect((parsedHead("GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n") != nil) == accepted)
        #expect((failure("GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n") == 400) == !accepted)
    }

    @Test func expectations() {
        #expect(parsedHead(get("Expect: 100-Continue", "Content-Length: 4"))?.keepAlive == false)
        #expect(parsedHead(get("Expect: 100-Continue"))?.keepAlive == true, "there is no body to wait with")
        #expect(
            parsedHead(get("Expect: 100-continue", "Connection: keep-alive", "Content-Length: 4", version: "1.0"))?.keepAlive
                == true)
        #expect(parsedHead(get("Expect:", "Content-Length: 4"))?.keepAlive == true)
        #expect(failure(get("Expect: 200-ok")) == 417)
        #expect(failure(get("Expect: 100-continue, x")) == 417)
    }
}
