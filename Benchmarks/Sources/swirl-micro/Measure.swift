import Glibc
import Swirl

/// What one case costs.
struct Cost {
    let name: String
    let operations: Int
    let nanoseconds: Double
    let cpuNanoseconds: Double

    /// One line for a program to read.
    var json: String {
        let (all, cpu) = (nanoseconds / Double(operations), cpuNanoseconds / Double(operations))
        return "{\"case\":\"\(name)\",\"n\":\(operations),\"seconds\":\(nanoseconds / 1e9),"
            + "\"ns_per_op\":\(all),\"cpu_ns_per_op\":\(cpu)}"
    }
}

/// Runs a case once, on a loop of its own, and times the part of it that is between the loop's start and its end.
func measure(
    _ name: String, _ operations: Int, on backend: Backend, _ body: @escaping @Sendable (isolated Loop) async throws -> Void
) throws {
    let cost = try Loop.run(backend) { loop in
        let (start, cpu) = (loop.time, cpuNanoseconds())
        try await body(loop)
        let took = start.duration(to: loop.time)
        return Cost(
            name: name, operations: operations,
            nanoseconds: Double(took.components.seconds) * 1e9 + Double(took.components.attoseconds) / 1e9,
            cpuNanoseconds: cpuNanoseconds() - cpu)
    }
    print(cost.json)
}

/// The processor time of the whole process.
private func cpuNanoseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// From the environment: `SWIRL_BACKEND=epoll`. Valgrind does not know that io_uring blocks, and hangs with two threads.
func backendWanted() -> Backend {
    guard let name = environment("SWIRL_BACKEND") else { return .automatic }
    if let backend = [Backend.poll, .epoll, .ioUring, .automatic].first(where: { $0.name == name }) { return backend }
    refuse("SWIRL_BACKEND: no backend «\(name)»; there are: poll epoll io_uring \(Backend.automatic.name)")
}

/// From the environment; the case's own number without.
func operationsWanted() -> Int? {
    guard let text = environment("SWIRL_OPERATIONS") else { return nil }
    if let count = Int(text), count > 0 { return count }
    refuse("SWIRL_OPERATIONS: «\(text)» is no number above 0")
}

private func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Ends the program over what it was asked for.
func refuse(_ why: String) -> Never {
    print("swirl-micro: \(why)")
    exitNow(64)
}

func exitNow(_ status: Int32) -> Never {
    exit(status)
}
