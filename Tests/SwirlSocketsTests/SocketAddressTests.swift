import SwirlCore
import SystemPackage
import Testing

@testable import SwirlSockets

@Suite struct SocketAddressTests {
    @Test(
        arguments: [
            "127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80", "[::]:0", "[fe80::1%2]:80",
            "[2001:db8::8:800:200c:417a]:443",
            "[::ffff:10.0.0.1]:1", "unix:/run/a.sock", "unix:relative", "unix:@name", "unix:@",
        ].filter { $0 != "unix:@" })
    func isReadAsItIsWritten(text: String) throws {
        let address = try #require(SocketAddress(text))
        #expect(address.description == text)
        #expect(SocketAddress(kernel: address.bytes) == address)
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80 ", "127.0.0.256:1", "1.2.3:1",
        "::1:80", "[::1]", "[::1:80", "::1]:80", "[127.0.0.1]:80", "[]:80", "[::1%eth0]:80", "[::1%]:80", "[fe80::1%2%3]:80",
        "localhost:80", "unix:", "http://127.0.0.1:80", "[::g]:1", "127.0.0.1:٨٠", "unix:@", "127.0.0.1\0evil:80", "[::1\0]:80",
        "[fe80::1\0%2]:80", "unix:a\0b",
    ])
    func garbageIsNoAddress(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func knowsItsParts() throws {
        let four = try #require(SocketAddress("10.1.2.3:4711"))
        #expect(four.family == .ipv4 && four.host == "10.1.2.3" && four.port == 4711)
        let six = try #require(SocketAddress("[fe80::1%2]:80"))
        #expect(six.family == .ipv6 && six.host == "fe80::1%2" && six.port == 80)
        let unix = try #require(SocketAddress(unixPath: "/tmp/x"))
        #expect(unix.family == .unix && unix.host == "/tmp/x" && unix.port == nil)
        let abstract = try #require(SocketAddress(unixPath: "x\0y", abstract: true))
        #expect(abstract.family == .unix)
        #expect(SocketAddress.loopback(port: 7).description == "127.0.0.1:7")
        #expect(SocketAddress.anyIPv4(port: 7).description == "0.0.0.0:7")
        #expect(SocketAddress.anyIPv6(port: 7).description == "[::]:7")
    }

    @Test func unixPathsHaveTheirLimits() {
        let fits = String(repeating: "x", count: 107)
        #expect(SocketAddress(unixPath: fits)?.host == fits)
        #expect(SocketAddress(unixPath: fits + "x") == nil)
        #expect(SocketAddress(unixPath: fits, abstract: true)?.host == "@" + fits)
        #expect(SocketAddress(unixPath: "") == nil)
        #expect(SocketAddress(unixPath: "a\0b") == nil)
    }

    /// Read as it is written, it would be a name and not a path.
    @Test func aPathIsNotTakenForAName() throws {
        let path = try #require(SocketAddress(unixPath: "@x"))
        #expect(path.description == "unix:./@x" && path.host == "./@x")
        #expect(SocketAddress(path.description) == SocketAddress(unixPath: "./@x"))
        #expect(path != SocketAddress(unixPath: "x", abstract: true))
    }

    @Test func theKernelsBytesMayBeAnything() {
        #expect(SocketAddress(kernel: []) == nil)
        #expect(SocketAddress(kernel: [2]) == nil)
        #expect(SocketAddress(kernel: [2, 0, 0, 80]) == nil, "too short for IPv4")
        #expect(SocketAddress(kernel: [10, 0] + [UInt8](repeating: 0, count: 14)) == nil, "too short for IPv6")
        #expect(SocketAddress(kernel: [99, 0] + [UInt8](repeating: 0, count: 30)) == nil)
        #expect(SocketAddress(kernel: [1, 0])?.description == "unix:", "an unnamed Unix socket")
        #expect(SocketAddress(kernel: [1, 0, 0, 65])?.description == "unix:@A")
    }

    @Test func equalAddressesAreEqual() {
        #expect(SocketAddress("[::1]:1") == SocketAddress("[0:0:0:0:0:0:0:1]:1"))
        #expect(SocketAddress("127.0.0.1:1") != SocketAddress("127.0.0.1:2"))
        #expect(SocketAddress("127.0.0.1:1")?.hashValue == SocketAddress("127.0.0.1:1")?.hashValue)
    }
}

@Suite struct IOErrorTests {
    @Test func saysWhatFailedAndWhy() {
        #expect("\(IOError("connect", "127.0.0.1:1", .errno(.connectionRefused)))" == "connect 127.0.0.1:1: Connection refused")
        #expect("\(IOError("read", "a stream", .closed))" == "read a stream: it is closed")
        #expect("\(IOError("read", "a stream", .deadline))" == "read a stream: the deadline passed")
        #expect(IOError("read", "", .closed).errno == .badFileDescriptor)
        #expect(IOError("read", "", .deadline).errno == .timedOut)
    }

    @Test func resultsBecomeErrors() {
        #expect(IOError.of(-111, "connect", "x") as? IOError == IOError("connect", "x", .errno(.connectionRefused)))
        #expect(IOError.of(Ending.closed, "read", "x") as? IOError == IOError("read", "x", .closed))
        #expect(IOError.of(Ending.expired, "read", "x") as? IOError == IOError("read", "x", .deadline))
        #expect(IOError.of(Ending.cancelled, "read", "x") is CancellationError)
        #expect(IOError.of(Ending.loopClosed, "read", "x") as? LoopError == .closed)
    }
}
