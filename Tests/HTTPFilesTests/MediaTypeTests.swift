import Testing

@testable import HTTPFiles

@Suite struct MediaTypeTests {
    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("A.HTML", "text/html; charset=utf-8"), ("x.css", "text/css; charset=utf-8"),
        ("x.min.js", "text/javascript; charset=utf-8"), ("x.json", "application/json"), ("x.svg", "image/svg+xml; charset=utf-8"),
        ("x.png", "image/png"), ("x.tar.gz", "application/gzip"), ("x.wasm", "application/wasm"),
        ("x.webmanifest", "application/manifest+json"),
        ("x.woff2", "font/woff2"), ("x.txt", "text/plain; charset=utf-8"), ("x.mp4", "video/mp4"), (".html", MediaType.unknown),
        ("html", MediaType.unknown), ("x.", MediaType.unknown), ("", MediaType.unknown), ("x.unknown", MediaType.unknown),
        ("..png", "image/png"),
        ("x.html ", MediaType.unknown), ("x.averyveryverylongextension", MediaType.unknown),
    ]) func byExtension(name: String, type: String) {
        #expect(MediaType.forFile(named: Array(name.utf8)) == type)
    }

    @Test func namesNeedNotBeUTF8() {
        #expect(MediaType.forFile(named: [0xFF, 0x2E, 0x70, 0x4E, 0x67]) == "image/png")
        #expect(MediaType.forFile(named: [0x61, 0x2E, 0xFF]) == MediaType.unknown)
    }
}
