import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct TargetPathTests {
    private func parsedPath(_ target: String) -> TargetPath? { try? TargetPath(Array(target.utf8)) }
    private func failure(_ target: String) -> Int? {
        code { () throws(HTTPFailure) in try TargetPath(Array(target.utf8)) }
    }

    @Test(
        arguments: [
            ("/", "", true), ("/a", "a", false), ("/a/", "a", true), ("/a/b.txt", "a/b.txt", false), ("//a///b//", "a/b", true),
            ("/?x", "", true),
            ("/a?b/../c", "a", false), ("/a?%zz", "a", false), ("/a/?", "a", true), ("/%61%2E%62", "a.b", false),
            ("/a%20b", "a b", false),
            ("/a+b", "a+b", false), ("/a%3Fb%23", "a?b#", false), ("/.", "", true), ("/./a", "a", false), ("/a/.", "a", true),
            ("/a/..", "", true),
            ("/a/../b", "b", false), ("/a/b/../../c", "c", false), ("/a/%2e%2E/b", "b", false), ("/a/.%2e/", "", true),
            ("/%2e/a", "a", false),
            ("/...", "...", false), ("/..a/a../.a", "..a/a../.a", false), ("/a//..", "", true), ("/a/./..", "", true),
            ("/ab/cd/../ef", "ab/ef", false),
            ("/a%5Cb\\c", "a\\b\\c", false), ("/%252e%252e", "%2e%2e", false), ("/%252Fa", "%2Fa", false),
            ("/a;b=c", "a;b=c", false),
            ("/é", "é", false), ("/%C3%A9", "é", false), ("/:80", ":80", false), ("/~u", "~u", false), ("/%0A", "\n", false),
            ("http://h", "", true), ("http://h/", "", true), ("HTTP://h:80/a/b", "a/b", false), ("https://[::1]/a?b", "a", false),
            ("http://h?x", "", true), ("http://h/../..", nil, false),
        ] as [(String, String?, Bool)]) func paths(target: String, relative: String?, directory: Bool)
    {
        guard let relative else {
            #expect(failure(target) == 403)
            return
        }
        #expect(parsedPath(target)?.relative == Array(relative.utf8))
        #expect(parsedPath(target)?.asksForDirectory == directory)
    }

    @Test(arguments: [
        "/..", "/../", "/../etc/passwd", "/a/../..", "/a/../../a", "/%2e%2e/a", "/%2E./a", "/./..", "//..", "/a//../..", "/..?",
        "/..//a",
    ]) func leavingTheRootIs403(target: String) {
        #expect(failure(target) == 403)
    }

    @Test(arguments: [
        "", "*", "a", "h:80", "a/b", "?", "..", "%2Fa", "\\a", "ftp://h/", "http:/a", "http://", "http:///a", "http://u@h/",
        "http://h\\@e/",
        "http://h#/", "file:///etc/passwd", "/%", "/%4", "/%zz", "/%4g", "/%%41", "/a%", "/%?41", "/%4?1", "/%00", "/a%00.txt",
        "/\0", "/\u{1F}",
        "/\u{7F}", "/a b", "/a#b", "/%u0041", "/%+1", "/% 1",
    ]) func malformedTargets(target: String) {
        #expect(failure(target) == 400)
    }

    @Test(arguments: ["/a%2Fb", "/%2f", "/..%2f..%2fetc", "/%2e%2e%2fetc/passwd"]) func anEncodedSlashNamesNoFile(target: String)
    {
        #expect(failure(target) == 404)
    }

    @Test func bytesNeedNotBeUTF8() {
        #expect(parsedPath("/%FF%fe")?.relative == [0xFF, 0xFE])
        // An overlong slash or dot is only bytes.
        #expect(parsedPath("/%C0%AF%C0%AE")?.relative == [0xC0, 0xAF, 0xC0, 0xAE])
    }

    @Test func names() throws {
        let path = try #require(parsedPath("/a/bc/d.e"))
        #expect(Array(path.name) == Array("d.e".utf8))
        #expect(try TargetPath(Array("/".utf8)).name.isEmpty)
        #expect(path.appending("x").relative == Array("a/bc/d.e/x".utf8))
        #expect(try TargetPath(Array("/".utf8)).appending("x") == TargetPath(Array("/x".utf8)))
    }

    /// Whatever the bytes: no trap, and what comes out is a path below the root.
    @Test(arguments: 0..<20) func randomTargetsStayBelowTheRoot(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "/", "/", "..", ".", "%2e", "%2E", "%2f", "%5c", "\\", "%00", "%", "a", "b", "%41", "?", "#", "//", "http://", "%ff",
            "é", "%25",
        ]
        for round in 0..<1000 {
            var target: [UInt8] = round.isMultiple(of: 3) ? [] : [UInt8(ascii: "/")]
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                target +=
                    Int.random(in: 0..<9, using: &random) == 0
                    ? [UInt8.random(in: 0...255, using: &random)] : Array(pieces.randomElement(using: &random)!.utf8)
            }
            do throws(HTTPFailure) {
                let path = try TargetPath(target)
                #expect(!path.relative.contains(0))
                let parts =
                    path.relative.isEmpty
                    ? [] : path.relative.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                #expect(
                    parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }, "\(target)")
                #expect(!path.relative.isEmpty || path.asksForDirectory)
                // Encoding it again names the same file.
                #expect(try TargetPath(Array(path.location(asDirectory: path.asksForDirectory).utf8)) == path)
            } catch {
                #expect([400, 403, 404].contains(error.status.code))
            }
        }
    }
}
