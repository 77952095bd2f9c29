import Foundation
import Testing

/// What holds of all sources, and no compiler checks.
@Suite struct TidyTests {
    struct Source: Sendable {
        /// From the package's root on.
        let path: String
        let lines: [Substring]
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All Swift and C files of ours.
    static let sources: [Source] = ["Sources", "Plugins", "Tests"].flatMap { folder -> [Source] in
        let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (files?.allObjects ?? []).compactMap { item in
            guard let url = item as? URL, ["swift", "c", "h"].contains(url.pathExtension),
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { return nil }
            let path = url.path.dropFirst(root.path.count).drop { $0 == "/" }
            return Source(path: String(path), lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    @Test func thereAreSources() {
        #expect(Self.sources.count > 50)
    }

    @Test func filesAreShort() {
        for source in Self.sources {
            #expect(source.lines.count <= 400, "\(source.path) has \(source.lines.count) lines: give its ideas a file each")
        }
    }

    @Test func functionsAreShort() {
        for source in Self.sources where source.path.hasSuffix(".swift") {
            var start: (line: Int, indent: Int)?
            for (number, line) in source.lines.enumerated() {
                let indent = line.prefix { $0 == " " }.count
                let code = line.dropFirst(indent)
                if let open = start, indent == open.indent, code.hasPrefix("}") {
                    #expect(number - open.line < 70, "\(source.path):\(open.line + 1) is \(number - open.line + 1) lines long")
                    start = nil
                }
                if start == nil, code.contains("func ") || code.contains("init("), code.hasSuffix("{") {
                    start = (number, indent)
                }
            }
        }
    }

    @Test func nothingIsLeftToDo() {
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        for source in Self.sources {
            for (number, line) in source.lines.enumerated() {
                for word in words { #expect(!line.contains(word), "\(source.path):\(number + 1): do it, or file it") }
            }
        }
    }

    /// The operation is the only door to the kernel: a simulated one can stand behind it only if nobody goes around.
    @Test func noSystemCallAboveTheDriver() throws {
        let call = try Regex(#"\bswirl_[a-z0-9_]+\("#)
        for source in Self.sources where Self.isAboveTheDriver(source.path) {
            for (number, line) in source.lines.enumerated() {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("//") { continue }
                // What a tool prints, and how it exits, goes through no loop.
                let imports =
                    code.contains("import Glibc") || code.contains("import Foundation") || code.contains("import Dispatch")
                #expect(
                    !imports || source.path.hasPrefix("Sources/Tools/ToolSupport/"),
                    "\(source.path):\(number + 1): imports system calls")
                for match in code.matches(of: call) {
                    let name = String(code[match.range].dropLast())
                    #expect(Self.isAllowed(name, in: source.path), "\(source.path):\(number + 1) calls \(name)")
                }
                for name in Self.bareSystemCalls(in: code) where !Self.isOwnMethod(name, in: source.path) {
                    Issue.record("\(source.path):\(number + 1) calls \(name)")
                }
            }
        }
    }

    /// What the documentation shows is in `Snippets.swift`, where the compiler sees it.
    @Test func snippetsCompile() throws {
        func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }
        func lines(_ text: String) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let compiled = lines(try text(Self.root.appending(path: "Tests/SwirlTests/Snippets.swift")))
        let catalog = Self.root.appending(path: "Sources/Swirl/Swirl.docc")
        let pages = try FileManager.default.contentsOfDirectory(at: catalog, includingPropertiesForKeys: nil)
        var count = 0
        for page in pages.filter({ $0.pathExtension == "md" }) + [Self.root.appending(path: "README.md")] {
            for block in try text(page).components(separatedBy: "\n```swift\n").dropFirst() {
                // A test has a `main` already, and a manifest is no program.
                let snippet = lines(block.components(separatedBy: "\n```\n")[0]).filter { $0 != "import Swirl" && $0 != "@main" }
                if snippet[0].hasPrefix("dependencies:") { continue }
                count += 1
                #expect(compiled.contains(snippet), "\(page.lastPathComponent): «\(snippet[0])» is not in Snippets.swift")
            }
        }
        #expect(count > 5)
    }

    @Test func bareSystemCallsAreSeen() {
        for code in ["_ = close(number)", "let me = getpid()", "unsafe Glibc.write(1, bytes, 5)", "if fcntl(a, F_GETFD) < 0 {"] {
            #expect(!Self.bareSystemCalls(in: code[...]).isEmpty, "\(code)")
        }
        for code in [
            "stream.close()", "close()", "try await read(into: &span)", "func send(_ bytes: [UInt8]) {", "case poll(Int)",
        ] {
            #expect(Self.bareSystemCalls(in: code[...]).isEmpty, "\(code)")
        }
    }

    /// Functions of the C library that go to the kernel, called by their own names: they come with any C module. Labels, and no
    /// arguments where C wants some, tell a method of the same name.
    static func bareSystemCalls(in code: Substring) -> [String] {
        if code.contains("func ") || code.hasPrefix("case ") || code.hasPrefix("indirect case ") { return [] }
        let names =
            "close|dup2?|exit|fcntl|fork|fstat|fsync|ftruncate|ioctl|kill|listen|lseek|madvise|mkdir|mmap|munmap|nanosleep|open"
            + "|openat|p?poll|pipe2?|ppoll|pread|preadv2?|pthread_kill|pwrite|pwritev2?|raise|read|readv|recv|recvfrom|recvmsg"
            + "|rename|select|send|sendfile|sendmsg|sendto|setsockopt|shutdown|sigaction|signal|sleep|socket|socketpair|splice|stat"
            + "|syscall|unlink|usleep|waitpid|write|writev|accept4?|bind|connect|epoll_\\w+|eventfd|getsockopt|getrlimit|setrlimit"
            + "|clock_gettime|statx"
        // Not after a dot or within a word, and its first argument has no label.
        guard let with = try? Regex("(?:^|[^.\\w`]|Glibc\\.)(\(names))\\((?!\\)|\\w+:)"),
            let without = try? Regex("(?:^|[^.\\w`]|Glibc\\.)(fork|getp?pid|gettid|pause|sched_yield)\\(\\)")
        else { return ["no pattern"] }
        return (code.matches(of: with) + code.matches(of: without)).compactMap { $0.output[1].substring.map(String.init) }
    }

    /// Methods of Swirl's that have the name of a system call, and no label.
    static func isOwnMethod(_ name: String, in path: String) -> Bool {
        switch name {
        case "send": path.hasSuffix("SwirlFiles/File+Write.swift") || path.hasSuffix("swirl-serve/Connection.swift")
        case "write": path.hasSuffix("SwirlSockets/TCPStream+Bytes.swift")
        case "open": path.hasSuffix("swirl-serve/Site.swift") || path.hasPrefix("Sources/SwirlCore/Loop/LoopCore+")
        case "close": path.hasSuffix("Operations/LoopCore+Close.swift")
        default: false
        }
    }

    static func isAboveTheDriver(_ path: String) -> Bool {
        let above = ["Sources/SwirlSockets/", "Sources/SwirlFiles/", "Sources/Swirl/", "Sources/Tools/", "Sources/SwirlCore/"]
        // What drivers are made of.
        let below = ["Perform", "CachedReads", "EventWaker"].map { "Sources/SwirlCore/Driver/\($0).swift" }
        return above.contains { path.hasPrefix($0) } && !below.contains(path)
    }

    /// What is no door to the kernel, with the reason, or is one of the core's own, with the place.
    static func isAllowed(_ name: String, in path: String) -> Bool {
        switch name {
        // A thread-local, and the Swift runtime.
        case "swirl_current_loop", "swirl_set_current_loop", "swirl_current_task", "swirl_task_is_cancelled": true
        case "swirl_cancel_task": path.hasSuffix("Operations/SwiftTask.swift")
        case "swirl_hold", "swirl_let_go", "swirl_try_hold": true
        case "swirl_is_launching_nonisolated", "swirl_set_launching_nonisolated": path.hasPrefix("Sources/SwirlCore/Loop/")
        // A thread's own memory, its lock, and which thread it is.
        case "swirl_chosen_loop", "swirl_set_chosen_loop": path.hasSuffix("Loop/Loop+Current.swift")
        case "swirl_condition_init", "swirl_condition_wait": path.hasSuffix("Blocking/Monitor.swift")
        case "swirl_is_main_thread": path.hasSuffix("Loop/Interrupted.swift") || path.hasSuffix("Loop/MainQueueWatch.swift")
        // Dispatch, not the kernel.
        case "swirl_main_queue_event", "swirl_do_main_queue": path.hasSuffix("Loop/MainQueueWatch.swift")
        // The environment, once.
        case "swirl_debug_is_wanted": path.hasSuffix("Loop/LoopOptions.swift")
        // Text, in user space.
        case "swirl_address_from_text", "swirl_address_to_text": true
        // An instruction.
        case "swirl_prefetch": true
        // What a tool does to its process before there is a loop.
        case "swirl_raise_file_limit", "swirl_realtime_seconds": path.hasPrefix("Sources/Tools/ToolSupport/")
        // A C structure that is filled in.
        case "swirl_open_how", "swirl_status": true
        // Memory for the loop's buffers, which no operation names.
        case "swirl_map_memory", "swirl_unmap_memory": path.hasSuffix("BufferGroup.swift")
        // The default of `Driver.now`, which a simulated kernel overrides; the clock that waits of threads go by.
        case "swirl_monotonic_nanoseconds": path.hasSuffix("Driver/Driver.swift") || path.hasSuffix("Blocking/Monitor.swift")
        default: false
        }
    }
}
