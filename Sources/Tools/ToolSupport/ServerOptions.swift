package import ArgumentParser
package import Swirl

/// Where a server listens, and how it does IO: the options that all servers have.
package struct ServerOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    package var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 picks a free one.")
    package var port: UInt16 = 8080

    @Option(help: "How to do IO.")
    package var backend = BackendChoice.auto

    package init() {}

    package mutating func validate() throws {
        guard SocketAddress(host: host, port: port) != nil else {
            throw ValidationError("--host takes an IP address, such as 127.0.0.1 or ::1, and not '\(host)'.")
        }
    }

    /// `validate` has seen that there is one.
    package var address: SocketAddress { SocketAddress(host: host, port: port)! }
}
