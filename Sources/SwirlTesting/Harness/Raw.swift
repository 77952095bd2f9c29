import CSwirlSystem
import Glibc

/// System calls for the other end of what is tested: never through the driver under test, never blocking.
enum Raw {
    /// Two connected stream sockets, of `AF_UNIX` or, over the loopback interface, `AF_INET`.
    static func pair(_ domain: Int32 = AF_UNIX) throws -> (Int32, Int32) {
        if domain == AF_UNIX {
            var both: [Int32] = [-1, -1]
            let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            try expect(unsafe socketpair(AF_UNIX, type, 0, &both) == 0, "socketpair: \(errno)")
            return (both[0], both[1])
        }
        let (listener, port) = try Raw.listener()
        defer { _ = swirl_close(listener) }
        let client = try connect(port: port)
        let server = swirl_accept(listener)
        try expect(server >= 0, "accept: \(server)")
        return (server, client)
    }

    /// A listening socket on the loopback interface, and its port.
    static func listener(backlog: Int32 = 128) throws -> (Int32, UInt16) {
        let listener = swirl_socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try expect(listener >= 0, "socket: \(listener)")
        var address = loopback(port: 0)
        try expect(unsafe swirl_bind(listener, &address, 16) == 0, "bind")
        try expect(swirl_listen(listener, backlog) == 0, "listen")
        try expect(unsafe swirl_getsockname(listener, &address, 16) == 16, "getsockname")
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    /// A client that is connected when this returns; afterwards it does not block.
    static func connect(port: UInt16) throws -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try expect(client >= 0, "socket: \(errno)")
        var address = loopback(port: port)
        let result = unsafe swirl_connect(client, &address, 16)
        try expect(result == 0, "connect: \(result)")
        try expect(fcntl(client, F_SETFL, O_NONBLOCK) == 0, "fcntl")
        return client
    }

    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    /// A terminal, opened with `flags`, and the end that stands for its keyboard and screen. No name is looked up.
    static func terminal(_ flags: Int32) throws -> (main: Int32, terminal: Int32) {
        // TIOCSPTLCK and TIOCGPTPEER, which Swift does not import.
        let (setLock, openPeer): (UInt, UInt) = (0x4004_5431, 0x5441)
        let main = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try expect(main >= 0, "no terminal: \(errno)")
        var locked: Int32 = 0
        try expect(unsafe ioctl(main, setLock, &locked) == 0, "unlocking the terminal: \(errno)")
        let terminal = ioctl(main, openPeer, O_RDWR | O_NOCTTY | O_CLOEXEC | flags)
        try expect(terminal >= 0, "opening the terminal: \(errno)")
        return (main, terminal)
    }

    /// What the kernel takes at once.
    @discardableResult
    static func send(_ number: Int32, _ bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { unsafe Int(swirl_send(number, $0.baseAddress, $0.count)) }
    }

    /// What is there: nothing when there is nothing, or the end.
    static func receive(_ number: Int32, max: Int = 65536) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Int(swirl_recv(number, $0.baseAddress, $0.count)) }
        return count > 0 ? Array(bytes[..<count]) : []
    }

    /// Appends all that is there. Whether the stream has ended, be it by an error.
    static func receive(_ number: Int32, into found: inout [UInt8]) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe Int(swirl_recv(number, $0.baseAddress, $0.count)) }
            if count <= 0 { return count != -Int(EAGAIN) }
            found += bytes[..<count]
        }
    }

    /// The result of one receive: 0 at the end of the stream, negative for an error.
    static func receiveResult(_ number: Int32) -> Int32 {
        var byte: UInt8 = 0
        return unsafe swirl_recv(number, &byte, 1)
    }

    /// Closing it sends a reset.
    static func lingerZero(_ number: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe swirl_setsockopt(number, SOL_SOCKET, SO_LINGER, &option, MemoryLayout<linger>.size)
    }

    static func setBuffer(_ number: Int32, _ name: Int32, _ bytes: Int32) {
        var value = bytes
        _ = unsafe swirl_setsockopt(number, SOL_SOCKET, name, &value, 4)
    }
}
