import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct RequestHeadParserTests {
    @Test(arguments: manyHeads) func whereItIsCutDoesNotMatter(text: String) {
        let bytes = Array(text.utf8)
        let whole = parse(bytes)
        for cut in bytes.indices { #expect(parse(bytes, cuts: [cut]) == whole, "cut at \(cut)") }
        #expect(parse(bytes, cuts: Array(bytes.indices)) == whole, "byte by byte")
    }

    @Test func twoCutsDoNotMatterEither() {
        let bytes = Array((get("Content-Length: 2") + "ab" + get()).utf8)
        let whole = parse(bytes)
        for first in bytes.indices {
            for second in first..<bytes.count where parse(bytes, cuts: [first, second]) != whole {
                Issue.record("cuts at \(first) and \(second)")
            }
        }
    }

    @Test func pipelinedRequestsAreTakenOneByOne() throws {
        var rest = Array("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.0\n\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\nGET".utf8)
        var parser = RequestHeadParser()
        var targets: [String] = []
        while case .head(let head, let consumed) = try parser.feed(rest.span) {
            targets.append(String(decoding: head.target, as: UTF8.self))
            rest.removeFirst(consumed)
        }
        #expect(targets == ["/1", "/2", "/3"])
        #expect(rest == Array("GET".utf8))
        #expect(!parser.isIdle)
    }

    @Test(arguments: 1...80) func oneParserReadsAStreamInPiecesOfAnySize(size: Int) throws {
        let stream = Array((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\nX: \($0)\r\n\r\n" }.joined().utf8)
        var parser = RequestHeadParser()
        var targets: [String] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            var piece = stream[start..<min(start + size, stream.count)]
            while !piece.isEmpty, case .head(let head, let consumed) = try parser.feed(piece.span) {
                targets.append(String(decoding: head.target, as: UTF8.self))
                #expect(head.fields.count == 2)
                piece.removeFirst(consumed)
            }
        }
        #expect(targets == (0..<20).map { "/\($0)" })
        #expect(parser.isIdle)
    }

    @Test func theBodyIsLeftToTheCaller() throws {
        let parsed = parse(get("Content-Length: 5") + "hello" + get())
        guard case .head(let head, let rest) = parsed else { throw HTTPFailure(.badRequest, "not parsed") }
        #expect(head.bodyLength == 5)
        #expect(rest == Array(("hello" + get()).utf8))
    }

    @Test func aHeadMayHave16KiBAndNotOneMore() {
        let frame = "GET / HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n".utf8.count
        let fitting = get("X: " + String(repeating: "x", count: RequestHeadParser.headLimit - frame))
        let tooLong = get("X: " + String(repeating: "x", count: RequestHeadParser.headLimit - frame + 1))
        #expect(fitting.utf8.count == 16 * 1024)
        #expect(parsedHead(fitting) != nil)
        #expect(failure(tooLong) == 431)
        for cut in [1, 30, 100, 16_000, 16_383, 16_384] {
            #expect(parse(Array(fitting.utf8), cuts: [cut]) == parse(fitting))
            #expect(parse(Array(tooLong.utf8), cuts: [cut]) == parse(tooLong))
        }
    }

    @Test func aRequestLineThatNeverEndsIs414() {
        #expect(failure("GET /" + String(repeating: "a", count: 20_000)) == 414)
        #expect(failure("GET /" + String(repeating: "a", count: 16_000)) == nil)
    }

    private func feed(_ text: String, to parser: inout RequestHeadParser) throws(HTTPFailure) -> RequestHeadParser.Progress {
        try parser.feed(text.utf8.span)
    }

    @Test func idleUntilTheFirstByteAndAfterEachHead() throws {
        var parser = RequestHeadParser()
        #expect(parser.isIdle)
        #expect(try feed("", to: &parser) == .needsMore)
        #expect(parser.isIdle)
        #expect(try feed("G", to: &parser) == .needsMore)
        #expect(!parser.isIdle)
        _ = try parser.feed(Array("ET / HTTP/1.0\n\n".utf8).span)
        #expect(parser.isIdle)
    }

    @Test func aFailureStays() throws {
        var parser = RequestHeadParser()
        #expect(code { () throws(HTTPFailure) in try parser.feed([0].span) } == 400)
        #expect(code { () throws(HTTPFailure) in try parser.feed(Array(get().utf8).span) } == 400)
        #expect(!parser.isIdle)
    }

    @Test func rawSpansAreTakenAsWell() throws {
        var parser = RequestHeadParser()
        let bytes = Array(get().utf8)
        guard case .head(let head, let consumed) = try unsafe parser.feed(bytes.span.bytes) else {
            throw HTTPFailure(.badRequest, "")
        }
        #expect(head == parsedHead(get()) && consumed == bytes.count)
    }

    /// Random bytes, and good heads with random damage, cut at random: never a trap, and the same result as uncut.
    @Test(arguments: 0..<20) func randomBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("GET /HTTP1.0: \r\n\r\n\r\n\tab%,;=-\0\u{7F}".utf8) + [0x80, 0xFF]
        for round in 0..<400 {
            var bytes: [UInt8]
            if round.isMultiple(of: 2) {
                bytes = Array(manyHeads.randomElement(using: &random)!.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = .random(in: 0...255, using: &random)
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(alphabet.randomElement(using: &random)!, at: place)
                    }
                }
            } else {
                let start = Array("GET / HTTP/1.1\r\n".utf8).prefix(Int.random(in: 0...16, using: &random))
                bytes = start + (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            }
            let cuts = (0..<Int.random(in: 0...5, using: &random)).map { _ in Int.random(in: 0...bytes.count, using: &random) }
                .sorted()
            #expect(parse(bytes, cuts: cuts) == parse(bytes), "\(bytes) cut at \(cuts)")
        }
    }
}
