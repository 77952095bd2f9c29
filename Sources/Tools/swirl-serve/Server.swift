import Swirl

/// What the connections share, and who they are. Belongs to the loop.
final class Server {
    /// How long requests that are being answered may go on when the server is asked to end.
    private static let drainLimit = Duration.seconds(10)

    let site: Site
    let loop: Loop
    let idleTimeout: Duration
    let logsRequests: Bool
    let buffers = SendBuffers()
    /// Whoever is answered now is answered for the last time.
    private(set) var isDraining = false
    private var connections: [ObjectIdentifier: (connection: Connection, task: LoopTask<Void>)] = [:]

    init(site: Site, loop: Loop, idleTimeout: Duration, logsRequests: Bool) {
        self.site = site
        self.loop = loop
        self.idleTimeout = idleTimeout
        self.logsRequests = logsRequests
    }

    /// Starts a task for a connection.
    func serve(_ stream: TCPStream, on loop: isolated Loop) {
        start(Connection(stream, self), on: loop)
    }

    private func start(_ connection: Connection, on loop: isolated Loop) {
        let task = loop.createTask {
            let goesOn = await connection.serve()
            if goesOn { self.start(connection, on: loop) } else { self.connections[ObjectIdentifier(connection)] = nil }
        }
        connections[ObjectIdentifier(connection)] = (connection, task)
    }

    /// Ends the connections that wait for a request at once, the others after the answer they are at, or after a while.
    func drain(on loop: isolated Loop) async {
        isDraining = true
        for (connection, task) in connections.values where connection.isWaiting { task.cancel() }
        let limit = loop.callLater(Self.drainLimit) {
            _ = loop
            for (_, task) in self.connections.values { task.cancel() }
        }
        while let (name, entry) = connections.first {
            try? await entry.task.value
            // One that was cancelled before its first step has not done that itself.
            connections[name] = nil
        }
        limit.cancel()
    }

    /// When somebody who goes on being silent has been so for too long.
    var idleDeadline: LoopClock.Instant { loop.time.advanced(by: idleTimeout) }
}
