import CSwirlSystem
import Glibc
import SwirlCore
import Synchronization

/// How many SIGPIPE have come to who counts them.
private let brokenPipes = Atomic<Int>(0)

extension Conformance {
    static let declining = [filesByWhoever, devices, fifoWaits, readerLeaves, namesAllKinds]

    /// D10: whoever does it, driver or pool, the effect is there once.
    static let filesByWhoever = Scenario.driver(
        "file operations have their effect once, inline, queued or declined", "D10 RDY-09"
    ) {
        harness in
        let path = "/tmp/swirl-scenario-\(getpid())"
        defer { unsafe unlink(path) }
        let name = unsafe harness.memory(path.utf8.count + 1).bindMemory(to: CChar.self)
        for (index, byte) in path.utf8.enumerated() { unsafe name[index] = CChar(bitPattern: byte) }
        let how = unsafe harness.memory(MemoryLayout<swirl_open_how>.size).bindMemory(to: swirl_open_how.self)
        unsafe how[0] = swirl_open_how(flags: UInt64(O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC), mode: 0o600, resolve: 0)
        let number = try unsafe harness.perform(.open(at: AT_FDCWD, path: name.baseAddress!, how: how.baseAddress!))
        _ = try harness.keep(number)
        let file = Descriptor(number, .regularFile)
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(5000, filledWith: 7))
        try expectEqual(unsafe harness.perform(.write(file, from: bytes, at: -1)), 5000, "write at the position")
        try expectEqual(Int(lseek(number, 0, SEEK_CUR)), 5000, "the position")
        try expectEqual(unsafe harness.perform(.write(file, from: bytes, at: 100)), 5000, "write at an offset")
        try expectEqual(Int(lseek(number, 0, SEEK_CUR)), 5000, "the position after a write at an offset")
        let memory = unsafe harness.memory(8192)
        try expectEqual(unsafe harness.perform(.read(file, into: memory, at: 1)), 5099, "read at an offset")
        try expectEqual(unsafe memory[5098], 7, "the bytes")
        try expectEqual(unsafe harness.perform(.read(file, into: memory, at: -1)), 100, "read at the position")
        try expectEqual(unsafe harness.perform(.read(file, into: memory, at: 6000)), 0, "read past the end")
        try expectEqual(unsafe harness.perform(.truncate(file, size: 10)), 0, "truncate")
        try expectEqual(unsafe harness.perform(.synchronize(file, dataOnly: true)), 0, "synchronize")
        let status = unsafe harness.memory(MemoryLayout<swirl_status>.size).bindMemory(to: swirl_status.self)
        try expectEqual(unsafe harness.inline(.fileStatus(file, into: status.baseAddress!)), 0, "fileStatus")
        try expectEqual(unsafe status[0].size, 10, "the size")
        unsafe status[0].size = 0
        let found = try unsafe harness.perform(
            .pathStatus(at: AT_FDCWD, path: name.baseAddress!, flags: 0, into: status.baseAddress!))
        try expectEqual(found, 0, "pathStatus")
        try expectEqual(unsafe status[0].size, 10, "the size by path")
        try expectEqual(unsafe harness.perform(.close(file)), 0, "close")
        harness.forget(number)
        try expectEqual(fcntl(number, F_GETFD), -1, "it is closed")
        unsafe how[0] = swirl_open_how(flags: UInt64(O_RDONLY | O_CLOEXEC), mode: 0, resolve: 0)
        unsafe unlink(path)
        let gone = try unsafe harness.perform(.open(at: AT_FDCWD, path: name.baseAddress!, how: how.baseAddress!))
        try expectEqual(gone, -ENOENT, "open of a path that is not there")
    }

    /// RDY-09: what can be neither waited for nor blocks is read and written all the same.
    static let devices = Scenario.driver("/dev/null and /dev/zero are read and written", "RDY-09 D10") { harness in
        let null = unsafe try harness.keep(open("/dev/null", O_RDWR | O_CLOEXEC))
        let zero = unsafe try harness.keep(open("/dev/zero", O_RDWR | O_CLOEXEC))
        let memory = unsafe harness.memory(64, filledWith: 7)
        let device = Descriptor(null, .characterDevice)
        try expectEqual(unsafe harness.perform(.read(device, into: memory, at: -1)), 0, "read /dev/null")
        try expectEqual(
            unsafe harness.perform(.write(device, from: UnsafeRawBufferPointer(memory), at: -1)), 64, "write /dev/null")
        try expectEqual(
            unsafe harness.perform(.read(Descriptor(zero, .characterDevice), into: memory, at: -1)), 64, "read /dev/zero")
        try expect(unsafe memory.allSatisfy { $0 == 0 }, "zeros")
    }

    /// A pipe waits like a socket; EPIPE is a result and no signal (IO-06).
    static let fifoWaits = Scenario.driver("a pipe is waited for, and a broken one is EPIPE", "IO-06 IO-07") { harness in
        var pipes: [Int32] = [-1, -1]
        try expectEqual(unsafe pipe(&pipes), 0, "pipe")
        let (output, input) = try (harness.keep(pipes[0]), harness.keep(pipes[1]))
        let memory = unsafe harness.memory(64)
        let token = try unsafe harness.start(.read(Descriptor(output, .pipe), into: memory, at: -1))
        try harness.expectNothing("an empty pipe")
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(10, filledWith: 7))
        let writing = unsafe harness.submit(.write(Descriptor(input, .pipe), from: bytes, at: -1))
        let all = try harness.collect { _ in harness.inFlight.isEmpty }
        if case .ended(let count) = writing.disposition { try expectEqual(count, 10, "write") }
        try expectEqual(all.first { $0.token == token }?.result, 10, "read")
        harness.closeRaw(output)
        let signals = CaughtSignals(SIGPIPE)
        defer { signals.putBack() }
        try expectEqual(unsafe harness.perform(.write(Descriptor(input, .pipe), from: bytes, at: -1)), -EPIPE, "a broken pipe")
        try expectEqual(signals.count, 0, "signals")
    }

    /// IO-06: the write goes on in the kernel when the reader leaves, wherever the thread is then.
    static let readerLeaves = Scenario.driver("a write that waits when its reader leaves is EPIPE, not a signal", "IO-06") {
        harness in
        var pipes: [Int32] = [-1, -1]
        try expectEqual(unsafe pipe(&pipes), 0, "pipe")
        let (output, input) = try (harness.keep(pipes[0]), harness.keep(pipes[1]))
        let bytes = unsafe UnsafeRawBufferPointer(harness.memory(4096, filledWith: 7))
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        while unsafe write(input, bytes.baseAddress!, bytes.count) > 0 {}
        _ = fcntl(input, F_SETFL, 0)
        let token = try unsafe harness.start(.write(Descriptor(input, .pipe), from: bytes, at: -1))
        try harness.expectNothing("a full pipe")
        brokenPipes.store(0, ordering: .relaxed)
        var action = sigaction()
        var before = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in brokenPipes.add(1, ordering: .relaxed) }
        unsafe sigaction(SIGPIPE, &action, &before)
        defer { unsafe sigaction(SIGPIPE, &before, nil) }
        harness.closeRaw(output)
        try expectEqual(harness.end(of: token).result, -EPIPE, "the write")
        try expectEqual(brokenPipes.load(ordering: .relaxed), 0, "signals")
    }

    /// `swirl-backends --operations` shows it.
    static let namesAllKinds = Scenario.driver("capabilities speak of every operation, and truly of buffers", "D15") { harness in
        for kind in Operation.Kind.allCases {
            let note = harness.driver.capabilities[kind].note
            try expect(!note.contains("says nothing"), "nothing is said of \(kind)")
        }
        let supported = harness.driver.capabilities[.receiveGroup].support != .unsupported
        try expectEqual(supported, harness.driver.capabilities.picksBuffers, "receiveGroup")
        if !harness.driver.capabilities.picksBuffers {
            let (a, _) = try harness.pair()
            try expectEqual(unsafe harness.inline(.receiveGroup(socketDescriptor(a), limit: 0)), -EOPNOTSUPP, "receiveGroup")
        }
    }
}
