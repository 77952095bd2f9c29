import ArgumentParser
import Glibc
import Swirl

/// `swirl-load`: what a server costs, seen from outside.
///
/// Figures of one moment say little, because machines are shared and clocks change. So several servers are measured in turn,
/// in rounds, and what counts is the ratio to the first one in the same round, and the median of the rounds.
@main
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swirl-load", abstract: "Measures echo servers side by side.",
        discussion: """
            A server is a command in which {port} stands for the port that it shall listen on:
              swirl-load echo --server-cpu 0 'swirl-echo --backend epoll --port {port}' './another-echo {port}'
            """,
        subcommands: [EchoCommand.self, IdleCommand.self, SilentCommand.self])
}

/// What all measurements take.
struct Servers: ParsableArguments {
    @Argument(help: "Commands that start servers; {port} stands for the port.")
    var commands: [String]

    @Option(help: "The processor that the servers run on.")
    var serverCPU: Int?

    func validate() throws {
        if commands.isEmpty { throw ValidationError("name a server: 'swirl-echo --port {port}'") }
        for command in commands where !command.contains("{port}") {
            throw ValidationError("«\(command)» has no {port} to put a port number in")
        }
    }

    /// Runs `body` on a loop, with all the servers started; they are ended whatever happens.
    func measure(_ body: @escaping @Sendable (isolated Loop, [Server]) async throws -> Void) throws {
        raiseFileLimit()
        try Loop.run(.epoll) { loop in
            var servers: [Server] = []
            defer { for server in servers { server.end() } }
            for command in commands { servers.append(try await Server.start(command, on: serverCPU, loop)) }
            try await body(loop, servers)
        }
    }
}

/// As many open files as this process may have: each connection is one.
private func raiseFileLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// A figure in a column.
func column(_ value: Double, _ digits: Int, _ width: Int = 10) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value * scale).rounded())
    let text = digits == 0 ? "\(whole)" : "\(whole / Int(scale)).\(String(whole % Int(scale) + Int(scale)).dropFirst())"
    return String(repeating: " ", count: max(0, width - text.count)) + text
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
