import ArgumentParser
import Swirl
import ToolSupport

/// `swirl-echo`: sends back what comes.
@main
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swirl-echo", abstract: "A TCP echo server: sends back what comes, one task for each connection.")

    @OptionGroup var server: ServerOptions

    func run() throws {
        let address = server.address
        try ToolSupport.run("swirl-echo", server.backend) { loop in
            let listener = try await TCPListener.bind(to: address)
            try loop.onTermination { loop in loop.createTask { await listener.close() } }
            printLine("listening on \(listener.localAddress) (\(loop.backendName))")
            try await listener.serveAll("swirl-echo", on: loop) { stream in
                loop.createTask { await echo(stream) }
            }
        }
    }
}

/// Until the client is done, or gone. Its failure is its own: there is nobody to tell.
func echo(_ stream: TCPStream) async {
    do {
        while let chunk = try await stream.nextChunk() {
            try await stream.write(chunk)
        }
    } catch {}
    await stream.close()
}
