import ArgumentParser
import Swirl

/// What a server does and holds while nothing happens.
struct IdleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Wake-ups of a server with idle connections, and its memory for each of them: the slope from a fifth to all.")

    @OptionGroup var servers: Servers
    @Option(help: "Connections that were greeted and are silent.") var connections = 5000
    @Option(help: "How long wake-ups are counted.") var seconds = 10.0

    func validate() throws {
        if connections < 5 || seconds <= 0 { throw ValidationError("--connections from 5 on, --seconds above zero") }
    }

    func run() throws {
        try servers.measure { loop, servers in
            print("bytes/connection  wake-ups in \(seconds) s  server")
            for server in servers {
                let few = try await Clients.connect(connections / 5, to: server, loop)
                let before = server.residentBytes
                let more = try await Clients.connect(connections - few.count, to: server, loop)
                let slope = (server.residentBytes - before) / Double(more.count)
                try await loop.sleep(for: .milliseconds(200))
                let slept = server.sleeps
                try await loop.sleep(for: .seconds(seconds))
                print(column(slope, 0, 16), column(server.sleeps - slept, 0, 21), "", server.command)
                for stream in few + more { await stream.close() }
            }
        }
    }
}
