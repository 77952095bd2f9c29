import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct ResponseHeadTests {
    private func text(_ head: ResponseHead, _ persistence: Persistence = .implied, server: String? = nil) -> String {
        var bytes: [UInt8] = []
        head.write(into: &bytes, date: HTTPDate(seconds: 0), persistence: persistence, server: server)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aWholeHead() {
        let head = ResponseHead(.ok, contentLength: 5, fields: [.contentType: "text/plain"])
        let expected = """
            HTTP/1.1 200 OK\r
            Date: Thu, 01 Jan 1970 00:00:00 GMT\r
            Server: s\r
            Content-Type: text/plain\r
            Content-Length: 5\r
            Connection: close\r
            \r

            """
        #expect(text(head, .close, server: "s") == expected)
    }

    @Test func theConnectionFieldIsThereWhenItSaysSomething() {
        let head = ResponseHead(.ok, contentLength: 0)
        #expect(text(head, .close).contains("\r\nConnection: close\r\n"))
        #expect(text(head, .keepAlive).contains("\r\nConnection: keep-alive\r\n"))
        #expect(!text(head, .implied).contains("Connection"))
    }

    @Test func noLengthWhenThereIsNone() {
        #expect(!text(ResponseHead(.notModified, contentLength: nil)).contains("Content-Length"))
        #expect(text(ResponseHead(.ok, contentLength: .max)).contains("Content-Length: 9223372036854775807\r\n"))
    }

    @Test func aValueCannotBreakOutOfItsLine() {
        let head = ResponseHead(.ok, contentLength: 0, fields: [.location: "/a\r\nSet-Cookie: x\r\n\r\n<html>"])
        let text = text(head)
        #expect(!text.contains("\r\nSet-Cookie"))
        #expect(text.hasSuffix("\r\n\r\n") && !text.dropLast(4).contains("\r\n\r\n"))
    }

    @Test func everyStatusHasItsReason() {
        #expect(
            text(ResponseHead(.requestHeaderFieldsTooLarge, contentLength: 0)).hasPrefix(
                "HTTP/1.1 431 Request Header Fields Too Large\r\n"))
        #expect(text(ResponseHead(.uriTooLong, contentLength: 0)).hasPrefix("HTTP/1.1 414 URI Too Long\r\n"))
    }

    @Test func whatIsThereIsKept() {
        var bytes = Array("before".utf8)
        ResponseHead(.ok, contentLength: 0).write(into: &bytes, date: HTTPDate(seconds: 0), persistence: .close)
        #expect(bytes.starts(with: Array("beforeHTTP/1.1 200 OK\r\nDate: ".utf8)))
        #expect(String(decoding: bytes, as: UTF8.self).contains("\r\nServer: swirl-serve\r\n"))
    }
}
