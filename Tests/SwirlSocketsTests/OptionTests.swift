import SwirlCore
import SwirlEpoll
import SystemPackage
import Testing

@testable import SwirlSockets

@Suite struct OptionTests {
    @Test func optionsAreSetAndRead() async throws {
        try await Loop.run(.epoll) { loop in
            let listener = try await TCPListener.bind(to: .loopback(port: 0))
            let client = try await TCPStream.connect(to: listener.localAddress)
            let server = try await listener.accept()
            #expect(try await client.option(.noDelay) == 1)
            #expect(try await server.option(.noDelay) == 1, "inherited from the listener")
            try await client.setOption(.keepAlive, to: 1)
            #expect(try await client.option(.keepAlive) == 1)
            try await client.setOption(.receiveBufferBytes, to: 10_000)
            #expect(try await client.option(.receiveBufferBytes) == 20_000, "the kernel doubles it")
            #expect(try await client.peerAddress == listener.localAddress)
            #expect(try await server.peerAddress == client.localAddress)
            await #expect(throws: IOError.self) { try await client.option(.custom(level: 9999, name: 1)) }
            await client.close()
            await #expect(throws: IOError.self) { try await client.option(.noDelay) }
            await server.close()
            await listener.close()
        }
    }

    @Test func portsAreTakenOnceUnlessShared() async throws {
        try await Loop.run(.epoll) { loop in
            var options = ListenOptions()
            options.reusePort = true
            let first = try await TCPListener.bind(to: .loopback(port: 0), options: options)
            let second = try await TCPListener.bind(to: first.localAddress, options: options)
            do {
                _ = try await TCPListener.bind(to: first.localAddress)
                Issue.record("the port was given twice")
            } catch let error as IOError {
                #expect(error.operation == "bind" || error.operation == "listen")
                #expect(error.subject == first.localAddress.description)
            }
            let count = loop.openDescriptorCount
            #expect(count == 2, "the one that was refused is closed")
            await first.close()
            await second.close()
        }
    }

    @Test func sixListensForFourUnlessToldOtherwise() async throws {
        try await Loop.run(.epoll) { loop in
            let listener: TCPListener
            do {
                listener = try await TCPListener.bind(to: .anyIPv6(port: 0))
            } catch let error as IOError where [.addressFamilyNotSupported, .addressNotAvailable].contains(error.errno) {
                // A skip that is seen in the output.
                withKnownIssue("there is no IPv6 here") { Issue.record("\(error)") }
                return
            }
            let client = try await TCPStream.connect(to: .loopback(port: listener.localAddress.port!))
            let server = try await listener.accept()
            #expect(try await server.peerAddress.description.hasPrefix("[::ffff:127.0.0.1]:"))
            await client.close()
            await server.close()
            await listener.close()
        }
    }
}
