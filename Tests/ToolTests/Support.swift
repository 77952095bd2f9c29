import Foundation
import Testing

/// The backends that can start here, as `swirl-backends` says.
let backends: [String] = {
    var output = ""
    for _ in 0..<10 {
        output = (try? Tool("swirl-backends").end().output) ?? ""
        // Rings that others have just closed count against the limit for a while.
        guard output.contains("locked memory") else { break }
        usleep(300_000)
    }
    return startable(output)
}()

func startable(_ output: String) -> [String] {
    output.split(separator: "\n").filter { $0.hasSuffix(": can start") }.map { String($0.prefix { $0 != ":" }) }
}

/// A server on a port that it chose.
struct RunningServer {
    let tool: Tool
    let port: UInt16

    init(_ tool: Tool, backend: String? = nil) throws {
        self.tool = tool
        let line = try tool.line()
        let parts = line.split(whereSeparator: { ":() ".contains($0) })
        #expect(line.hasPrefix("listening on 127.0.0.1:"))
        if let backend { #expect(parts.last.map(String.init) == backend) }
        port = UInt16(parts[parts.count - 2]) ?? 0
    }

    func client(receiveBuffer: Int32? = nil) throws -> Client { try Client(port: port, receiveBuffer: receiveBuffer) }

    /// What a client gets that asks for one thing and leaves.
    func get(_ target: String, method: String = "GET", _ fields: String...) throws -> HTTPAnswer {
        let client = try client()
        client.send(request(target, method: method, fields))
        return try client.answer(hasBody: method != "HEAD")
    }

    /// Ends it by a signal: with exit code 0 and nothing on standard error.
    func stop(_ number: Int32 = SIGTERM) throws {
        tool.signal(number)
        let end = try tool.end()
        #expect(end.code == 0)
        #expect(end.errors == "")
    }
}

func request(_ target: String, method: String = "GET", _ fields: [String] = []) -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: h\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A folder to serve, with a secret beside it.
final class Folder: Sendable {
    static let largeBytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    static let smallText = "A small file.\n"

    let path: String
    var root: String { path + "/root" }

    init() throws {
        path = "/tmp/swirl-tools-\(UInt64.random(in: 0 ... .max))"
        let files = FileManager.default
        try files.createDirectory(atPath: root + "/sub/deep", withIntermediateDirectories: true)
        try files.createDirectory(atPath: root + "/bare", withIntermediateDirectories: true)
        for (name, bytes) in [
            ("/root/empty", []), ("/root/small.txt", Array(Self.smallText.utf8)), ("/root/large", Self.largeBytes),
            ("/root/index.html", Array("<p>home</p>".utf8)), ("/root/sub/index.html", Array("<p>sub</p>".utf8)),
            ("/root/a b%ü.css", Array("b{}".utf8)), ("/secret", Array("nobody may read this".utf8)),
        ] {
            guard files.createFile(atPath: path + name, contents: Data(bytes)) else { throw CocoaError(.fileWriteUnknown) }
        }
        try files.createSymbolicLink(atPath: root + "/out", withDestinationPath: "../secret")
        try files.createSymbolicLink(atPath: root + "/absolute", withDestinationPath: path + "/root/small.txt")
        try files.createSymbolicLink(atPath: root + "/up", withDestinationPath: "..")
        try files.createSymbolicLink(atPath: root + "/inside", withDestinationPath: "sub/../small.txt")
        guard unsafe mkfifo(root + "/fifo", 0o644) == 0, unsafe mknod(root + "/socket", S_IFSOCK | 0o644, 0) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A file of so many zeros, which take no room, and how to change its size.
    func makeZeros(_ name: String, _ count: UInt64) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: root + "/" + name, contents: nil),
            let file = FileHandle(forWritingAtPath: root + "/" + name)
        else { throw CocoaError(.fileWriteUnknown) }
        try file.truncate(atOffset: count)
        return file
    }

    func serve(_ backend: String, _ arguments: String...) throws -> RunningServer {
        let all = ["--root", root, "--port", "0", "--backend", backend] + arguments
        return try RunningServer(Tool("swirl-serve", all), backend: backend)
    }
}
