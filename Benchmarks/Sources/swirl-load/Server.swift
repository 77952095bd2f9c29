import Foundation
import Swirl

/// A server as a process of its own, and what the kernel says of it.
final class Server: Sendable {
    let command: String
    let address: SocketAddress
    private let process: Process

    private init(_ command: String, _ process: Process, _ address: SocketAddress) {
        self.command = command
        self.process = process
        self.address = address
    }

    /// Starts it, and waits until it takes connections.
    static func start(_ command: String, on cpu: Int?, _ loop: isolated Loop) async throws -> Server {
        let free = try await TCPListener.bind(to: SocketAddress(host: "127.0.0.1", port: 0)!)
        let address = free.localAddress
        await free.close()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let pinned = (cpu.map { "exec taskset -c \($0) " } ?? "exec ") + command
        process.arguments = ["-c", pinned.replacingOccurrences(of: "{port}", with: "\(address.port ?? 0)")]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let server = Server(command, process, address)
        for _ in 0..<250 where process.isRunning {
            if let stream = try? await TCPStream.connect(to: address) {
                await stream.close()
                return server
            }
            try await loop.sleep(for: .milliseconds(20))
        }
        server.end()
        throw Failure(text: "«\(command)» takes no connections on \(address)")
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
    }

    /// The processor time of all its threads, in nanoseconds.
    var cpuNanoseconds: Double {
        sum(of: "schedstat") { Double($0.split(separator: " ").first ?? "") }
    }

    /// How often its threads have gone to sleep of themselves.
    var sleeps: Double { sum(of: "status") { Self.field("voluntary_ctxt_switches:", in: $0) } }

    /// The memory that it holds, in bytes.
    var residentBytes: Double { (Self.field("VmRSS:", in: text("status")) ?? 0) * 1024 }

    private func sum(of file: String, _ value: (String) -> Double?) -> Double {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/task")) ?? []
        return threads.reduce(0) { $0 + (value(text("task/\($1)/\(file)")) ?? 0) }
    }

    private func text(_ file: String) -> String {
        (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/\(file)", encoding: .utf8)) ?? ""
    }

    private static func field(_ name: String, in text: String) -> Double? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
    }
}

struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
