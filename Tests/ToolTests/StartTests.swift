import Foundation
import Testing

/// How tools start, and how they say that they cannot.
@Suite struct StartTests {
    @Test func whichBackendsThereAre() throws {
        let end = try Tool("swirl-backends").end()
        let lines = end.output.split(separator: "\n")
        #expect(end.code == 0)
        #expect(lines.count == 4)
        #expect(lines.contains("poll: can start") && lines.contains("epoll: can start"))
        #expect(lines.contains { $0 == "io_uring: can start" || $0.hasPrefix("io_uring cannot start: ") })
        #expect(lines.last == (startable(end.output).contains("io_uring") ? "auto picks io_uring" : "auto picks epoll"))
    }

    @Test func howEachOperationIsDone() throws {
        let end = try Tool("swirl-backends", ["--operations"]).end()
        #expect(end.code == 0)
        let accept = end.output.split(separator: "\n").first { $0.hasPrefix("accept ") }?.split(separator: " ")
        #expect(accept?.dropFirst().prefix(2) == ["readiness", "readiness"])
        #expect(end.output.contains("fileStatus"))
    }

    @Test(arguments: [
        ("swirl-echo", ["--backend", "kqueue"], "'auto', 'poll', 'epoll' or 'io_uring'"),
        ("swirl-echo", ["--port", "70000"], "--port"), ("swirl-echo", ["--host", "localhost"], "IP address"),
        ("swirl-serve", [], "--root"), ("swirl-serve", ["--root", "/", "--idle-timeout", "0"], "--idle-timeout"),
        ("swirl-serve", ["--root", "/", "--colour"], "--colour"), ("swirl-backends", ["--all"], "--all"),
    ]) func wrongArguments(tool: String, arguments: [String], named: String) throws {
        // swift-argument-parser exits from the depths of its parser; what its frames hold there is no leak of ours.
        let end = try Tool(tool, arguments, environment: ["ASAN_OPTIONS": "detect_leaks=0"]).end()
        #expect(end.code == 64)
        #expect(end.errors.contains(named))
        #expect(end.output == "")
    }

    @Test func whatCannotBeServed() throws {
        let folder = try Folder()
        for (root, why) in [("/nope", "No such file or directory"), ("/root/small.txt", "Not a directory")] {
            let end = try Tool("swirl-serve", ["--root", folder.path + root, "--port", "0", "--backend", "epoll"]).end()
            #expect(end.code == 1)
            #expect(end.errors == "swirl-serve: open \(folder.path + root): \(why)\n")
        }
    }

    @Test(arguments: backends) func aPortThatIsTaken(backend: String) throws {
        let first = try RunningServer(Tool("swirl-echo", ["--port", "0", "--backend", backend]), backend: backend)
        let end = try Tool("swirl-echo", ["--port", "\(first.port)", "--backend", backend]).end()
        #expect(end.code == 1)
        #expect(end.errors == "swirl-echo: bind 127.0.0.1:\(first.port): Address already in use\n")
        try first.stop()
    }

    /// There, and allowed to trace: a sandbox may forbid that.
    private static let strace = ["/usr/bin/strace", "/bin/strace"].first { path in
        FileManager.default.isExecutableFile(atPath: path)
            && (try? Tool(path, ["-o", "/dev/null", "/bin/true"]).end().code) == 0
    }

    /// swirl-echo, traced by strace, which makes system calls fail.
    private static func traced(_ how: [String], _ arguments: [String] = []) throws -> Tool {
        // LeakSanitizer traces the process, and so does strace: only one can.
        try Tool(
            strace!, ["-D", "-f", "-o", "/dev/null"] + how + [Tool.folder + "/swirl-echo", "--port", "0"] + arguments,
            environment: ["ASAN_OPTIONS": "detect_leaks=0"])
    }

    /// `make setup` installs strace; on a machine where nobody may, the two tests below are seen to be left out.
    @Test func straceIsThere() {
        if Self.strace == nil {
            withKnownIssue("RES-08 and URG-01 are not tested here") {
                Issue.record("there is no strace that works: run make setup")
            }
        }
    }

    /// RES-08: nothing is lost when the kernel has no memory or no room for completions for a moment, a signal comes, or it
    /// says that it took one submission and took none.
    @Test(
        .enabled(if: strace != nil && backends.contains("io_uring")),
        arguments: [
            "error=EBUSY", "error=EAGAIN", "error=EINTR", "retval=1",
        ])
    func entersThatFail(fault: String) throws {
        let failing = [
            "-e", "trace=io_uring_enter", "-e", "inject=io_uring_enter:\(fault):when=3+3",
        ]
        try expectEchoes(RunningServer(Self.traced(failing, ["--backend", "io_uring"]), backend: "io_uring"))
    }

    /// RES-02, IO-05, D7: a wait, a transfer or an accept that fails for a moment is tried again.
    @Test(
        .enabled(if: strace != nil), arguments: ["poll", "epoll"],
        [
            "accept4:error=ECONNABORTED", "accept4:error=EINTR", "recvfrom,sendto:error=EINTR",
            "ppoll,epoll_wait,epoll_pwait2:error=EINTR",
        ])
    func callsThatFail(backend: String, how: String) throws {
        let calls = how.prefix { $0 != ":" }
        let failing = ["-e", "trace=\(calls)", "-e", "inject=\(how):when=2+3"]
        try expectEchoes(RunningServer(Self.traced(failing, ["--backend", backend]), backend: backend))
    }

    private func expectEchoes(_ server: RunningServer) throws {
        let clients = try (0..<8).map { _ in try server.client() }
        for round in 0..<20 {
            for (index, client) in clients.enumerated() { client.send("hello \(index) \(round % 10)") }
            for (index, client) in clients.enumerated() { #expect(client.bytes(9) == Array("hello \(index) \(round % 10)".utf8)) }
        }
        let bytes = Array(Folder.largeBytes[..<200_000])
        clients[0].send(bytes)
        clients[0].finish()
        #expect(clients[0].rest() == bytes)
        try server.stop()
    }

    /// What io_uring can do here is asked once a process: not of a kernel that has no memory for a moment.
    @Test(.enabled(if: strace != nil && backends.contains("io_uring")), arguments: 1...3)
    func aProbeThatFailsForAMoment(call: Int) throws {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let tool = path.prefix(upTo: path.lastIndex(of: "/")!) + "/swirl-backends"
        let failing = ["-D", "-f", "-o", "/dev/null", "-e", "trace=io_uring_register"]
        let fault = ["-e", "inject=io_uring_register:error=ENOMEM:when=\(call)"]
        let untraced = ["ASAN_OPTIONS": "detect_leaks=0"]
        let first = try Tool(Self.strace!, failing + fault + [String(tool), "--operations"], environment: untraced).end()
        #expect(try first.output == Tool("swirl-backends", ["--operations"]).end().output)
    }

    /// As in a container whose profile forbids io_uring.
    @Test(.enabled(if: strace != nil && backends.contains("io_uring")))
    func withoutIOUring() throws {
        let refusing = ["-e", "trace=io_uring_setup", "-e", "inject=io_uring_setup:error=EPERM"]
        let named = try Self.traced(refusing, ["--backend", "io_uring"]).end()
        #expect(named.code == 1)
        #expect(named.errors.hasPrefix("swirl-echo: io_uring cannot start: ") && named.errors.contains("Backend.epoll"))
        let auto = try RunningServer(Self.traced(refusing), backend: "epoll")
        let client = try auto.client()
        client.send("hello")
        #expect(client.bytes(5) == Array("hello".utf8))
        auto.tool.signal(SIGTERM)
        let end = try auto.tool.end()
        #expect(end.code == 0)
        #expect(end.errors.contains("io_uring is skipped"))
    }
}
