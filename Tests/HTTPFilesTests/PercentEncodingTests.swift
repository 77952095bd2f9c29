import Testing

@testable import HTTPFiles

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("/a", "/a/"), ("/a/b/", "/a/b/"), ("/", "/"), ("//evil.com", "/evil.com/"), ("/\\evil.com", "/%5Cevil.com/"),
        ("//\\/evil", "/%5C/evil/"),
        ("/%0d%0aSet-Cookie:x", "/%0D%0ASet-Cookie%3Ax/"), ("/a%20b", "/a%20b/"), ("/%C3%A9", "/%C3%A9/"), ("/%FF", "/%FF/"),
        ("/a%3Fb", "/a%3Fb/"),
        ("/%252e%252e", "/%252e%252e/"), ("/a?to=//evil", "/a/"), ("http://h//evil", "/evil/"), ("/.//evil.com", "/evil.com/"),
        ("/-._~", "/-._~/"),
        ("/%09/evil", "/%09/evil/"), ("/<script>", "/%3Cscript%3E/"),
    ]) func locationsStayOnThisHost(target: String, location: String) throws {
        #expect(try TargetPath(Array(target.utf8)).location(asDirectory: true) == location)
    }

    @Test func aFileHasNoSlashAtItsEnd() throws {
        #expect(try TargetPath(Array("/a/b/".utf8)).location(asDirectory: false) == "/a/b")
    }
}
