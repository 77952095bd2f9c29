import ArgumentParser
import CSwirlSystem
import Glibc
package import Swirl

/// Runs a tool's main task on a loop, with as many open files as the process may have. What it throws is one line on
/// standard error, and exit code 1.
package func run(
    _ tool: String, _ backend: BackendChoice, _ body: @escaping @Sendable (isolated Loop) async throws -> Void
) throws {
    _ = swirl_raise_file_limit()
    do {
        try Loop.run(backend.backend, body)
    } catch {
        printError(tool, error)
        throw ExitCode.failure
    }
}

extension Loop {
    /// Calls `body` when somebody wants the program to end: Ctrl-C (`SIGINT`) or `kill` (`SIGTERM`).
    package func onTermination(_ body: @escaping @Sendable (isolated Loop) -> Void) throws {
        for signal in [SIGINT, SIGTERM] {
            try addSignalHandler(signal) { [self] in body(self) }
        }
    }
}

extension TCPListener {
    /// Calls `serve` for each connection until the listener is closed. An accept that fails is reported and does not end
    /// the server.
    package nonisolated(nonsending) func serveAll(_ tool: String, on loop: Loop, _ serve: (TCPStream) -> Void) async throws {
        while true {
            do {
                serve(try await accept())
            } catch let error as IOError {
                if error.cause == .closed { return }
                printError(tool, error)
                // What fails now may fail again at once, and for ever.
                try await loop.sleep(for: .milliseconds(100))
            }
        }
    }
}
