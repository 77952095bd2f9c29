import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct AnswerTests {
    @Test(
        arguments: [
            .badRequest, .forbidden, .notFound, .methodNotAllowed, .requestTimeout, .lengthRequired, .preconditionFailed,
            .uriTooLong, .rangeNotSatisfiable,
            .expectationFailed, .requestHeaderFieldsTooLarge, .internalServerError, .notImplemented, .serviceUnavailable,
            .httpVersionNotSupported,
        ] as [HTTPResponse.Status]) func failuresSayWhyInPlainText(status: HTTPResponse.Status)
    {
        let answer = Answer(HTTPFailure(status, "because"))
        let body = Array("\(status.code) \(status.reasonPhrase): because\n".utf8)
        #expect(answer.head.status == status)
        #expect(answer.content == .bytes(body))
        #expect(answer.head.contentLength == Int64(body.count))
        #expect(answer.head.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(!status.reasonPhrase.isEmpty)
    }

    @Test func headGetsTheSameWithoutTheBody() {
        let failure = HTTPFailure(.notFound, "x")
        #expect(Answer(failure, to: .head).head == Answer(failure, to: .get).head)
        #expect(Answer(failure, to: .head).content == .nothing)
    }

    @Test func someStatusesNeedAField() {
        #expect(Answer(HTTPFailure(.methodNotAllowed, "x"), to: .post).head.fields[.allow] == "GET, HEAD")
        #expect(Answer(HTTPFailure(.serviceUnavailable, "x")).head.fields[.retryAfter] == "1")
        #expect(Answer.redirect(to: "/a/", method: .get).head.fields[.location] == "/a/")
        #expect(Answer.redirect(to: "/a/", method: .get).head.status == .movedPermanently)
        #expect(Answer.unsatisfiable(size: 7, method: .get).head.fields[.contentRange] == "bytes */7")
    }

    @Test func theConnectionEndsWhenEitherSaysSo() throws {
        let open = try #require(parsedHead(get()))
        let closing = try #require(parsedHead(get("Connection: close")))
        let old = try #require(parsedHead(get("Connection: keep-alive", version: "1.0")))
        let notFound = Answer(HTTPFailure(.notFound, "x"))
        #expect(notFound.persistence(after: open) == .implied)
        #expect(notFound.persistence(after: old) == .keepAlive)
        #expect(notFound.persistence(after: closing) == .close)
        #expect(notFound.persistence(after: nil) == .close)
        #expect(Answer(HTTPFailure(.badRequest, "x")).persistence(after: open) == .close)
    }
}
