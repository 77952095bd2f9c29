import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct PlanTests {
    private let now = HTTPDate(seconds: 2_000_000)
    private let file = FileFacts(kind: .regular, size: 10, modifiedSeconds: 1_000_000)

    private func plan(_ target: String, _ lines: [String] = [], method: String = "GET", facts: FileFacts? = nil) throws -> Plan {
        let request = try #require(
            parsedHead("\(method) \(target) HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"))
        return Plan(request, path: try Plan.path(for: request), facts: facts ?? file, now: now)
    }

    private func answer(_ target: String, _ lines: [String] = [], method: String = "GET", facts: FileFacts? = nil) throws
        -> Answer
    {
        guard case .answer(let answer) = try plan(target, lines, method: method, facts: facts) else {
            throw HTTPFailure(.notFound, "no answer but an index")
        }
        return answer
    }

    @Test func aFile() throws {
        let answer = try answer("/x/a.txt?q")
        #expect(answer.head.status == .ok)
        #expect(answer.head.contentLength == 10)
        #expect(answer.content == .file(0..<10))
        #expect(answer.head.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(answer.head.fields[.acceptRanges] == "bytes")
        #expect(answer.head.fields[.lastModified] == "Mon, 12 Jan 1970 13:46:40 GMT")
        #expect(answer.head.fields[.eTag] == file.entityTag.description)
    }

    @Test(arguments: [[], ["If-None-Match: *"], ["If-Match: \"x\""], ["If-Modified-Since: Mon, 12 Jan 1970 13:46:40 GMT"]])
    func headIsGetWithoutABody(lines: [String]) throws {
        let get = try answer("/a", lines)
        let head = try answer("/a", lines, method: "HEAD")
        #expect(head.head == get.head)
        #expect(head.content == .nothing)
    }

    @Test func headIgnoresRange() throws {
        #expect(try answer("/a", ["Range: bytes=0-1"], method: "HEAD").head.status == .ok)
    }

    @Test func anEmptyFile() throws {
        let empty = FileFacts(kind: .regular, size: 0, modifiedSeconds: 0)
        #expect(try answer("/a", facts: empty).content == .nothing)
        #expect(try answer("/a", facts: empty).head.contentLength == 0)
        #expect(try answer("/a", ["Range: bytes=0-0"], facts: empty).head.fields[.contentRange] == "bytes */0")
        #expect(try answer("/a", ["Range: bytes=-1"], facts: empty).head.status == .ok)
    }

    @Test func aPartOfAFile() throws {
        let answer = try answer("/a.png", ["Range: bytes=2-4"])
        #expect(answer.head.status == .partialContent)
        #expect(answer.head.fields[.contentRange] == "bytes 2-4/10")
        #expect(answer.head.fields[.contentType] == "image/png")
        #expect(answer.head.contentLength == 3)
        #expect(answer.content == .file(2..<5))
    }

    @Test func aPartThatIsNotThere() throws {
        let answer = try answer("/a", ["Range: bytes=10-"])
        #expect(answer.head.status == .rangeNotSatisfiable)
        #expect(answer.head.fields[.contentRange] == "bytes */10")
    }

    @Test(arguments: [
        (["Range: bytes=0-1", "Range: bytes=3-4"], 200), (["Range: bytes=0-1,3-4"], 200), (["Range: nonsense"], 200),
        (["Range: bytes=0-1", "If-Range: Mon, 12 Jan 1970 13:46:40 GMT"], 206),
        (["Range: bytes=0-1", "If-Range: Mon, 12 Jan 1970 13:46:41 GMT"], 200),
        (["Range: bytes=99-", "If-Range: \"x\""], 200), (["Range: bytes=0-1", "If-None-Match: *"], 304),
        (["Range: bytes=99-", "If-Match: \"x\""], 412),
        (["If-Modified-Since: Mon, 12 Jan 1970 13:46:40 GMT"], 304), (["If-Range: \"x\""], 200),
    ]) func conditionsComeBeforeRanges(lines: [String], status: Int) throws {
        #expect(try answer("/a", lines).head.status.code == status)
    }

    @Test func notModifiedHasNoLengthAndNoBody() throws {
        let answer = try answer("/a", ["If-None-Match: *"])
        #expect(answer.content == .nothing && answer.head.contentLength == nil)
        #expect(answer.head.fields[.contentType] == nil && answer.head.fields[.eTag] != nil)
    }

    @Test func aDirectoryWithoutItsSlashIsRedirected() throws {
        let directory = FileFacts(kind: .directory, size: 4096, modifiedSeconds: 0)
        for (target, location) in [
            ("/a", "/a/"), ("//evil.com", "/evil.com/"), ("/\\evil.com", "/%5Cevil.com/"), ("/a%0d%0ab?q", "/a%0D%0Ab/"),
        ] {
            let answer = try answer(target, facts: directory)
            #expect(answer.head.status == .movedPermanently)
            #expect(answer.head.fields[.location] == location)
        }
    }

    @Test func aDirectoryWithItsSlashMeansItsPage() throws {
        let directory = FileFacts(kind: .directory, size: 4096, modifiedSeconds: 0)
        #expect(try plan("/a/", facts: directory) == .index(TargetPath(Array("/a/index.html".utf8))))
        #expect(try plan("/", facts: directory) == .index(TargetPath(Array("/index.html".utf8))))
        #expect(try plan("/a/..", facts: directory) == .index(TargetPath(Array("/index.html".utf8))))
    }

    @Test func whatIsNoFile() throws {
        #expect(try answer("/a/").head.status == .notFound)
        #expect(try answer("/a", facts: FileFacts(kind: .other, size: 0, modifiedSeconds: 0)).head.status == .forbidden)
        #expect(Plan.noIndex.status == .forbidden)
    }

    @Test(arguments: [("POST", "/a"), ("OPTIONS", "*"), ("CONNECT", "h:80"), ("TRACE", "/"), ("get", "/"), ("DELETE", "/../x")])
    func otherMethodsAre405WhateverTheTarget(method: String, target: String) throws {
        let request = try #require(parsedHead("\(method) \(target) HTTP/1.1\r\nHost: h\r\n\r\n"))
        #expect(code { () throws(HTTPFailure) in try Plan.path(for: request) } == 405)
    }
}
