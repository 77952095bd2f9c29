import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct LogLineTests {
    /// A request of 1.683 s was once logged as 683 ms.
    @Test(arguments: [
        (Duration.milliseconds(1683), "1683.0"), (.microseconds(1), "0.001"), (.nanoseconds(1499), "0.001"), (.zero, "0.0"),
        (.seconds(61) + .microseconds(500), "61000.5"),
    ]) func wholeSecondsCountToo(took: Duration, text: String) throws {
        let request = try #require(parsedHead("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"))
        let line = LogLine(peer: "127.0.0.1:1", request: request, status: 200, bytes: 14, took: took)
        #expect(line.description == "127.0.0.1:1 GET /a 200 14 \(text)")
    }

    @Test func whatIsNoRequestHasNeitherMethodNorTarget() {
        #expect(LogLine(peer: "p", request: nil, status: 400, bytes: 0, took: .zero).description == "p - - 400 0 0.0")
    }

    @Test func aTerminalSeesNoCommands() throws {
        let request = try #require(parsedHead("GET /\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n"))
        let line = LogLine(peer: "p", request: request, status: 200, bytes: 0, took: .zero)
        #expect(line.description == "p GET /%C3%A9 200 0 0.0")
    }
}
