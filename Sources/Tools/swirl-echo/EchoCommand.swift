import ArgumentParser
import Swirl

/// `swirl-echo`: sends back what comes.
@main
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swirl-echo", abstract: "A TCP echo server: sends back what comes, one task for each connection.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 picks one.")
    var port: UInt16 = 7777

    @Option(help: "How to do IO: auto, poll, epoll or io_uring.")
    var backend = "auto"

    func run() throws {
        let backend: Backend = [.poll, .epoll, .ioUring].first { $0.name == self.backend } ?? .epoll
        guard let address = SocketAddress(host: host, port: port) else { throw ValidationError("\(host) is no IP address") }
        try Loop.run(backend) { loop in
            let listener = try await TCPListener.bind(to: address)
            print("listening on \(listener.localAddress) (\(loop.backendName))")
            for try await stream in listener.connections {
                loop.createTask { try await echo(stream) }
            }
        }
    }
}

/// Until the client is done, or gone.
func echo(_ stream: TCPStream) async throws {
    do {
        while let chunk = try await stream.nextChunk() {
            try await stream.write(chunk)
        }
    } catch is IOError {}
    await stream.close()
}
