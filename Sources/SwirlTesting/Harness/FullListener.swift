import CSwirlSystem
import Glibc
import SwirlCore
import SwirlSockets

/// A Unix listener whose backlog is full: no connect gets through. Its descriptors, and its address.
func fullUnixListener() throws -> ([Int32], SocketAddress) {
    let name = "swirl-full-\(getpid())-\(swirl_monotonic_nanoseconds())"
    let address = try require(SocketAddress(unixPath: name, abstract: true), "an address")
    var bytes = [UInt8(AF_UNIX), 0, 0] + Array(name.utf8)
    let listener = swirl_socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try expectEqual(unsafe swirl_bind(listener, &bytes, bytes.count), 0, "bind")
    try expectEqual(swirl_listen(listener, 0), 0, "listen")
    var all = [listener]
    for _ in 0..<10 {
        let client = swirl_socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        all.append(client)
        if unsafe swirl_connect(client, &bytes, bytes.count) == -EAGAIN { return (all, address) }
    }
    throw ScenarioFailure("a backlog that is never full")
}
