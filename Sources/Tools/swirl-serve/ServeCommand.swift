import ArgumentParser
import Swirl
import SystemPackage
import ToolSupport

/// `swirl-serve`: the files of a folder, over HTTP/1.1.
@main
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swirl-serve", abstract: "Serves the files of a folder over HTTP/1.1, and nothing outside it.")

    @Option(help: "The folder.")
    var root: String

    @OptionGroup var server: ServerOptions

    @Option(help: "How many seconds a client may be silent, take for the head of a request, or for 64 KiB of an answer.")
    var idleTimeout = 30.0

    @Flag(help: "Print a line for each request: client, method, target, status, bytes of the body, milliseconds.")
    var log = false

    func validate() throws {
        guard (0.01...86_400).contains(idleTimeout) else {
            throw ValidationError("--idle-timeout takes seconds, from 0.01 to 86400.")
        }
    }

    func run() throws {
        let (address, path, idleTimeout, log) = (server.address, FilePath(root), Duration.seconds(idleTimeout), log)
        try ToolSupport.run("swirl-serve", server.backend) { loop in
            let root = try await File.open(path, options: .directory)
            let listener = try await TCPListener.bind(to: address)
            try loop.onTermination { loop in loop.createTask { await listener.close() } }
            printLine("listening on \(listener.localAddress) (\(loop.backendName))")
            let server = Server(site: Site(root: root), loop: loop, idleTimeout: idleTimeout, logsRequests: log)
            try await listener.serveAll("swirl-serve", on: loop) { stream in server.serve(stream, on: loop) }
            await server.drain(on: loop)
            try await root.close()
        }
    }
}
