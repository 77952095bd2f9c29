import Foundation

/// A TCP client that blocks, for ten seconds at most: what it talks to is another process.
final class Client {
    private let socket: Int32
    private var received: [UInt8] = []

    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        if var receiveBuffer { unsafe setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(socket)
            throw Tool.Failure(description: "no connection to port \(port): errno \(errno)")
        }
    }

    deinit {
        close(socket)
    }

    /// Sends all of it, or as much as the other side takes.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Ends our side.
    func finish() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Everything until the other side has ended. Nothing when it was cut off by a reset, or the time is over.
    func rest() -> [UInt8]? {
        while let more = receive() {
            if more == 0 {
                defer { received = [] }
                return received
            }
        }
        return nil
    }

    func bytes(_ count: Int) -> [UInt8]? {
        while received.count < count { guard let more = receive(), more > 0 else { return nil } }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// The next answer. `hasBody` is false for the answer to HEAD.
    func answer(hasBody: Bool = true) throws -> HTTPAnswer {
        let emptyLine = Array("\r\n\r\n".utf8)
        while received.firstRange(of: emptyLine) == nil {
            guard let more = receive(), more > 0 else {
                throw Tool.Failure(description: "no answer, but \(received.count) bytes")
            }
        }
        let end = received.firstRange(of: emptyLine)!
        var answer = HTTPAnswer(String(decoding: received[..<end.lowerBound], as: UTF8.self))
        received.removeFirst(end.upperBound)
        let length = hasBody && answer.status != 304 ? Int(answer["content-length"] ?? "") ?? 0 : 0
        guard let body = bytes(length) else { throw Tool.Failure(description: "a body of fewer than \(length) bytes") }
        answer.body = body
        return answer
    }

    private func receive() -> Int? {
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        let count = unsafe recv(socket, &piece, piece.count, 0)
        guard count >= 0 else { return nil }
        received += piece[..<count]
        return count
    }
}

struct HTTPAnswer {
    let status: Int
    private let fields: [String: String]
    var body: [UInt8] = []

    init(_ head: String) {
        let lines = head.split(separator: "\r\n")
        status = Int(lines[0].split(separator: " ")[1]) ?? 0
        fields = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
            }
        ) { first, _ in first }
    }

    subscript(name: String) -> String? { fields[name] }

    var text: String { String(decoding: body, as: UTF8.self) }
}
