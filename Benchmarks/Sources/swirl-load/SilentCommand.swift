import ArgumentParser
import Swirl

/// Clients that only send: whether they keep a server from serving others, and how much it keeps for them.
struct SilentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silent",
        abstract: "How soon a new client is answered while others send and never read, and the memory they cost.")

    @OptionGroup var servers: Servers
    @Option(help: "Clients that send without reading.") var clients = 200
    @Option(help: "How long they send before the new client comes.") var seconds = 5.0

    func validate() throws {
        if clients < 1 || seconds <= 0 { throw ValidationError("all numbers are above zero") }
    }

    func run() throws {
        try servers.measure { loop, servers in
            print("answered in ms  memory MiB  of that in the last half  server")
            for server in servers {
                let streams = try await Clients.connect(clients, to: server, loop)
                let before = server.residentBytes
                let tasks = streams.map { stream in
                    loop.createTask {
                        let much = [UInt8](repeating: 7, count: 64 << 10)
                        while true { unsafe try await stream.write(much.span.bytes) }
                    }
                }
                try await loop.sleep(for: .seconds(seconds / 2))
                let half = server.residentBytes
                try await loop.sleep(for: .seconds(seconds / 2))
                let all = server.residentBytes
                let start = loop.time
                let stream = try await TCPStream.connect(to: server.address)
                try await oneExchange(stream, [1])
                let took = start.duration(to: loop.time)
                await stream.close()
                for task in tasks { task.cancel() }
                for task in tasks { _ = try? await task.value }
                for stream in streams { await stream.close() }
                let milliseconds = Double(took.components.attoseconds) / 1e15 + Double(took.components.seconds) * 1e3
                let mebi = Double(1 << 20)
                print(
                    column(milliseconds, 1, 14), column((all - before) / mebi, 1, 11), column((all - half) / mebi, 1, 24), "",
                    server.command)
            }
        }
    }
}
