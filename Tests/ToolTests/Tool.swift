import Foundation
import Testing

/// A tool at work as a process of its own. Killed when the test forgets it.
final class Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let process: pid_t
    private let output: ReadEnd
    private let errors: ReadEnd
    private var exitCode: Int32?

    /// Starts one of this package's tools, which lie beside the tests, or any program by its path.
    init(_ name: String, _ arguments: [String] = [], environment added: [String: String] = [:]) throws {
        let path = name.hasPrefix("/") ? name : Self.folder + "/" + name
        let (output, outputEnd) = try ReadEnd.pipe()
        let (errors, errorsEnd) = try ReadEnd.pipe()
        defer { for end in [outputEnd, errorsEnd] { close(end) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, outputEnd, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errorsEnd, 2)
        // What else this process has open, the other tests' too, is none of the tool's business.
        for descriptor: Int32 in 3..<100 { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }
        // Threads of a test block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // The backtracer of a child that crashes can hold its pipes open for minutes.
        let environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(added) {
            $1
        }
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var process = pid_t()
        let result = unsafe posix_spawn(&process, path, &actions, &attributes, &words, &variables)
        guard result == 0 else { throw Failure(description: "\(path) does not start: \(result)") }
        self.process = process
        self.output = output
        self.errors = errors
    }

    deinit {
        if exitCode == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
    }

    /// Where the test bundle is, and with it everything that was built.
    static let folder = {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
    }()

    /// The next line of its output; waits at most so long for it.
    func line(within seconds: Double = 20) throws -> String {
        guard let line = output.line(within: seconds) else {
            throw Failure(description: "no line of output; on standard error: \(errors.rest(within: 0.2))")
        }
        return line
    }

    func signal(_ number: Int32) {
        kill(process, number)
    }

    typealias End = (code: Int32, output: String, errors: String)

    /// Waits until it has ended by itself. Its exit code, or the number of the signal that ended it below zero.
    @discardableResult
    func end(within seconds: Double = 20) throws -> End {
        let end = Date().addingTimeInterval(seconds)
        // Both pipes end with the process, whose children have none of them.
        let (output, errors) = (output.rest(within: seconds), errors.rest(within: 1))
        var status: Int32 = 0
        // It may close its pipes a moment before it ends, and one that hangs with both of them closed must not hang the tests.
        while unsafe waitpid(process, &status, WNOHANG) != process {
            guard Date() < end else { throw Failure(description: "it has not ended in \(seconds) s") }
            usleep(1000)
        }
        let code = status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
        exitCode = code
        return (code, output, errors)
    }

    /// How many descriptors it has open.
    var openDescriptors: Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []).count
    }

    /// How many of them are eventfds.
    var openEventfds: Int {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0))?.contains("eventfd") == true
        }.count
    }

    /// How many threads it has.
    var threadCount: Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []).count
    }

    /// Waits at most so long until it sleeps in ppoll(2). For how many descriptors.
    func waitForPoll(within seconds: Double = 10) -> Int? {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            // The call's number, on x86-64 and on arm64, and its arguments.
            let words = ((try? String(contentsOfFile: "/proc/\(process)/syscall", encoding: .utf8)) ?? "").split(separator: " ")
            if words.count > 3, ["271", "73"].contains(words[0]) { return Int(words[2].dropFirst(2), radix: 16) }
            usleep(2000)
        }
        return nil
    }

    /// Waits at most so long until as many are open.
    func waitForDescriptors(_ count: Int, within seconds: Double = 10) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while openDescriptors != count {
            if Date() > end { return false }
            usleep(2000)
        }
        return true
    }
}

/// Our end of a pipe.
private final class ReadEnd {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private(set) var hasEnded = false

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Neither end is inherited by anybody.
    static func pipe() throws -> (ReadEnd, other: Int32) {
        var ends: [Int32] = [0, 0]
        guard unsafe Foundation.pipe(&ends) == 0 else { throw Tool.Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ReadEnd(ends[0]), ends[1])
    }

    func line(within seconds: Double) -> String? {
        let end = Date().addingTimeInterval(seconds)
        while true {
            if let newline = bytes.firstIndex(of: 0x0a) {
                let line = String(decoding: bytes[..<newline], as: UTF8.self)
                bytes.removeFirst(newline + 1)
                return line
            }
            guard more(until: end) else { return nil }
        }
    }

    /// All that comes before the other end closes, or the time is over.
    func rest(within seconds: Double) -> String {
        let end = Date().addingTimeInterval(seconds)
        while more(until: end) {}
        defer { bytes = [] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func more(until end: Date) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(max(0, end.timeIntervalSinceNow * 1000))
        guard !hasEnded, unsafe poll(&wanted, 1, milliseconds) > 0 else { return false }
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = unsafe read(descriptor, &piece, piece.count)
        if count <= 0 { hasEnded = true } else { bytes += piece[..<count] }
        return !hasEnded
    }
}
