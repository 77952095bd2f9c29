/// The `Content-Type` of a file, told from its name alone.
package enum MediaType {
    package static let unknown = "application/octet-stream"

    /// The type for a file of this name. What comes after the last dot counts, in either case; a name that only begins
    /// with a dot has no extension.
    package static func forFile(named name: some BidirectionalCollection<UInt8>) -> String {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return unknown }
        let suffix = name[name.index(after: dot)...]
        guard suffix.count <= longest else { return unknown }
        return byExtension[String(decoding: suffix.map(\.lowercased), as: UTF8.self)] ?? unknown
    }

    private static let longest = byExtension.keys.map(\.utf8.count).max() ?? 0

    /// Text is declared to be UTF-8: a guess, but the one that is right for nearly every file of today.
    private static let byExtension: [String: String] = [
        // Text
        "css": "text/css; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "htm": "text/html; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "ics": "text/calendar; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "log": "text/plain; charset=utf-8",
        "md": "text/markdown; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8",
        "swift": "text/plain; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
        "vtt": "text/vtt; charset=utf-8",
        "xml": "text/xml; charset=utf-8",
        // Images (SVG and XML name their own encoding, but UTF-8 is theirs by default too)
        "avif": "image/avif",
        "bmp": "image/bmp",
        "gif": "image/gif",
        "ico": "image/vnd.microsoft.icon",
        "jpeg": "image/jpeg",
        "jpg": "image/jpeg",
        "png": "image/png",
        "svg": "image/svg+xml; charset=utf-8",
        "tif": "image/tiff",
        "tiff": "image/tiff",
        "webp": "image/webp",
        // Sound and film
        "aac": "audio/aac",
        "flac": "audio/flac",
        "m4a": "audio/mp4",
        "mp3": "audio/mpeg",
        "mp4": "video/mp4",
        "mpeg": "video/mpeg",
        "oga": "audio/ogg",
        "ogg": "audio/ogg",
        "ogv": "video/ogg",
        "opus": "audio/ogg",
        "wav": "audio/wav",
        "weba": "audio/webm",
        "webm": "video/webm",
        // Fonts
        "otf": "font/otf",
        "ttf": "font/ttf",
        "woff": "font/woff",
        "woff2": "font/woff2",
        // Applications (JSON is UTF-8 by definition and takes no charset)
        "7z": "application/x-7z-compressed",
        "atom": "application/atom+xml",
        "bz2": "application/x-bzip2",
        "epub": "application/epub+zip",
        "gz": "application/gzip",
        "json": "application/json",
        "map": "application/json",
        "pdf": "application/pdf",
        "rss": "application/rss+xml",
        "rtf": "application/rtf",
        "tar": "application/x-tar",
        "tgz": "application/gzip",
        "wasm": "application/wasm",
        "webmanifest": "application/manifest+json",
        "xhtml": "application/xhtml+xml",
        "xz": "application/x-xz",
        "zip": "application/zip",
        "zst": "application/zstd",
    ]
}
