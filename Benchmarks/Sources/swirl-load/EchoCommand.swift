import ArgumentParser
import Swirl

/// CPU of the server for each request.
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo", abstract: "The CPU time that a server spends on each request, as a ratio to the first server's.")

    @OptionGroup var servers: Servers
    @Option(help: "Connections at once; each sends, and waits for the echo.") var connections = 64
    @Option(help: "Bytes of a request.") var bytes = 64
    @Option(help: "How long each server is measured in each round.") var seconds = 3.0
    @Option(help: "How often all servers are measured in turn.") var rounds = 3

    func validate() throws {
        if connections < 1 || bytes < 1 || seconds <= 0 || rounds < 1 { throw ValidationError("all numbers are above zero") }
    }

    func run() throws {
        try servers.measure { loop, servers in
            var costs = [[Double]](repeating: [], count: servers.count)
            var rates = costs
            for _ in 0..<rounds {
                for (index, server) in servers.enumerated() {
                    let slice = try await measure(server, loop)
                    costs[index].append(slice.cost)
                    rates[index].append(slice.rate)
                }
            }
            print("\(connections) connections, \(bytes) bytes, medians of \(rounds) rounds of \(seconds) s")
            print("us/request     ratio  requests/s  server")
            for (index, server) in servers.enumerated() {
                let ratios = zip(costs[index], costs[0]).map { $0 / $1 }
                print(
                    column(median(costs[index]) / 1000, 2), column(median(ratios), 3, 9), column(median(rates[index]), 0, 11),
                    "", server.command)
            }
        }
    }

    /// Nanoseconds of the server's CPU for a request, and requests a second.
    private func measure(_ server: Server, _ loop: isolated Loop) async throws -> (cost: Double, rate: Double) {
        let counter = Counter()
        let clients = try await Clients.connect(connections, to: server, loop)
        let tasks = clients.map { stream in loop.createTask { try await exchange(stream, bytes, counter) } }
        try await loop.sleep(for: .milliseconds(200))
        let (count, cpu) = (counter.requests, server.cpuNanoseconds)
        try await loop.sleep(for: .seconds(seconds))
        let (requests, spent) = (Double(counter.requests - count), server.cpuNanoseconds - cpu)
        for task in tasks { task.cancel() }
        for task in tasks {
            do { try await task.value } catch is CancellationError {}
        }
        for stream in clients { await stream.close() }
        return (spent / requests, requests / seconds)
    }
}

/// How many requests were answered. On the loop's thread.
final class Counter {
    var requests = 0
}

enum Clients {
    /// Connections that were greeted: each has had one byte echoed.
    static func connect(_ count: Int, to server: Server, _ loop: isolated Loop) async throws -> [TCPStream] {
        var streams: [TCPStream] = []
        for _ in 0..<count {
            let stream = try await TCPStream.connect(to: server.address)
            try await stream.setOption(.noDelay, to: 1)
            streams.append(stream)
            try await oneExchange(stream, [0])
        }
        return streams
    }
}

/// Sends the bytes and reads as many.
func oneExchange(_ stream: TCPStream, _ request: [UInt8]) async throws {
    unsafe try await stream.write(request.span.bytes)
    var left = request.count
    while left > 0 {
        guard let chunk = try await stream.nextChunk() else { throw Failure(text: "the server ended a connection") }
        left -= chunk.count
    }
}

/// Exchanges without end.
func exchange(_ stream: TCPStream, _ bytes: Int, _ counter: Counter) async throws {
    let request = [UInt8](repeating: 7, count: bytes)
    while true {
        try await oneExchange(stream, request)
        counter.requests += 1
    }
}
