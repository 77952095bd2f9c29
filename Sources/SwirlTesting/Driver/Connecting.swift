import CSwirlSystem
import Glibc
import SwirlCore

extension Conformance {
    static let connecting = [acceptsAll, acceptCancelled, acceptOnWrong, connectRefused, connectFullBacklog, controlCalls]

    /// D8, IO-07, FD-09: one accept, many connections, each non-blocking and closed on exec.
    static let acceptsAll = Scenario.driver("one accept brings every connection", "D8 IO-07 FD-09") { harness in
        let (listener, port) = try Raw.listener()
        _ = try harness.keep(listener)
        // One waits before the accept is there: it must not end inline all the same.
        _ = try harness.keep(Raw.connect(port: port))
        var token = try unsafe harness.start(.accept(socketDescriptor(listener)))
        for _ in 0..<9 { _ = try harness.keep(Raw.connect(port: port)) }
        var accepted: [Int32] = []
        while accepted.count < 10 {
            for completion in try harness.collect(until: { !$0.isEmpty }) {
                if completion.result >= 0 { accepted.append(try harness.keep(completion.result)) }
                try expect(completion.result >= 0, "accept: \(completion.result)")
                if !completion.flags.contains(.more) { token = try unsafe harness.start(.accept(socketDescriptor(listener))) }
            }
        }
        try expectEqual(Set(accepted).count, 10, "connections")
        for number in accepted {
            try expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0, "IO-07: a connection blocks")
            try expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0, "FD-09: a connection survives exec")
        }
        harness.driver.cancel(token)
        let end = try harness.end(of: token)
        try expectEqual(end.result, -ECANCELED, "the cancelled accept")
    }

    /// CAN-01, D12: a connection beside the cancel comes with it or with the next accept.
    static let acceptCancelled = Scenario.driver("no connection is lost beside a cancelled accept", "CAN-01 D12 D3") { harness in
        let (listener, port) = try Raw.listener()
        _ = try harness.keep(listener)
        for round in 0..<100 {
            let token = try unsafe harness.start(.accept(socketDescriptor(listener)))
            if round % 2 == 0 { _ = try harness.wait(.now) }
            let client = try harness.keep(Raw.connect(port: port))
            if round % 3 == 0 { _ = try harness.wait(.now, room: 0) }
            harness.driver.cancel(token)
            var all = try harness.collect { $0.contains { $0.token == token && !$0.flags.contains(.more) } }
            if !all.contains(where: { $0.result >= 0 }) {
                let next = try unsafe harness.start(.accept(socketDescriptor(listener)))
                all = try harness.collect { $0.contains { $0.result >= 0 } }
                if harness.inFlight.contains(next) {
                    harness.driver.cancel(next)
                    _ = try harness.end(of: next)
                }
            }
            let number = try require(all.first { $0.result >= 0 }?.result, "round \(round): the connection is lost")
            try harness.close(harness.keep(number))
            harness.closeRaw(client)
        }
    }

    /// RES-02: only what cannot get better ends an accept.
    static let acceptOnWrong = Scenario.driver("accepting on what does not listen is an error", "RES-02 D8") { harness in
        let number = try unsafe harness.keep(
            harness.inline(.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue), protocol: 0)))
        try expectEqual(unsafe harness.perform(.accept(socketDescriptor(number))), -EINVAL, "not listening")
    }

    /// RDY-05: the error once, from the connect.
    static let connectRefused = Scenario.driver("a connect to nobody is refused", "RDY-05") { harness in
        let (listener, port) = try Raw.listener()
        _ = swirl_close(listener)
        for _ in 0..<3 {
            let number = try unsafe harness.keep(
                harness.inline(.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue), protocol: 0)))
            let address = unsafe harness.memory(16)
            unsafe address.storeBytes(of: Raw.loopback(port: port), as: sockaddr_in.self)
            let result = try unsafe harness.perform(.connect(socketDescriptor(number), to: UnsafeRawBufferPointer(address)))
            try expectEqual(result, -ECONNREFUSED, "connect")
            try harness.close(number)
        }
    }

    /// D7: a full backlog of an AF_UNIX listener is waited out, and can be cancelled meanwhile.
    static let connectFullBacklog = Scenario.driver("a connect to a full Unix backlog waits for its turn", "D7 D3") { harness in
        let address = unsafe harness.memory(2 + 1 + 32)
        unsafe address.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
        // An abstract name: nothing is left in the file system.
        let name = Array("swirl-backlog-\(getpid())".utf8)
        for (index, byte) in name.enumerated() { unsafe address[3 + index] = byte }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: address[..<(3 + name.count)])
        let listener = try harness.keep(swirl_socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        try expectEqual(unsafe swirl_bind(listener, bytes.baseAddress, bytes.count), 0, "bind")
        try expectEqual(swirl_listen(listener, 0), 0, "listen")
        var waiting: [Token] = []
        for _ in 0..<5 {
            let number = try harness.keep(swirl_socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
            let (disposition, token) = unsafe harness.submit(.connect(socketDescriptor(number), to: bytes))
            if case .inFlight = disposition {
                waiting.append(token)
            } else if case .ended(let result) = disposition {
                try expectEqual(result, 0, "a connect that had room")
            }
        }
        _ = try harness.wait(.now)
        waiting = waiting.filter { harness.inFlight.contains($0) }
        try expect(waiting.count >= 2, "the backlog is not full: \(waiting.count)")
        harness.driver.cancel(waiting[0])
        try expectEqual(harness.end(of: waiting[0]).result, -ECANCELED, "cancelled while it waits")
        waiting.removeFirst()
        let all = try harness.collect { completions in
            while case let number = swirl_accept(listener), number >= 0 { _ = swirl_close(number) }
            return completions.count == waiting.count
        }
        try expect(all.allSatisfy { $0.result == 0 }, "connects: \(all)")
    }

    /// D10: control calls end inline on every driver.
    static let controlCalls = Scenario.driver("control calls end inline", "D10") { harness in
        let number = try unsafe harness.keep(
            harness.inline(.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue), protocol: 0)))
        let socket = socketDescriptor(number)
        let memory = unsafe harness.memory(128)
        unsafe memory.storeBytes(of: 1, as: Int32.self)
        let four = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<4])
        try expectEqual(
            unsafe harness.inline(.setOption(socket, level: SOL_SOCKET, name: SO_REUSEADDR, value: UnsafeRawBufferPointer(four))),
            0,
            "setOption")
        unsafe memory.storeBytes(of: 0, as: Int32.self)
        try expectEqual(
            unsafe harness.inline(.getOption(socket, level: SOL_SOCKET, name: SO_REUSEADDR, into: four)), 4, "getOption")
        try expectEqual(unsafe memory.load(as: Int32.self), 1, "the option")
        unsafe memory.storeBytes(of: Raw.loopback(port: 0), as: sockaddr_in.self)
        let address = unsafe UnsafeRawBufferPointer(rebasing: memory[..<16])
        try expectEqual(unsafe harness.inline(.bind(socket, to: address)), 0, "bind")
        try expectEqual(unsafe harness.inline(.listen(socket, backlog: 1)), 0, "listen")
        try expectEqual(unsafe harness.inline(.localName(socket, into: memory)), 16, "localName")
        try expectEqual(unsafe harness.inline(.peerName(socket, into: memory)), -ENOTCONN, "peerName")
        let event = try unsafe harness.keep(harness.inline(.makeEvent))
        try expect(fcntl(event, F_GETFD) & FD_CLOEXEC != 0, "FD-09: an event survives exec")
        try expectEqual(unsafe harness.inline(.close(Descriptor(event, .event))), 0, "close")
        harness.forget(event)
        try expectEqual(fcntl(number, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC, "FD-09: a socket survives exec")
    }
}
