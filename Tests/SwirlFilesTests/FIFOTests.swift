import Glibc
import Swirl
import SystemPackage
import Testing

@Suite struct FIFOTests {
    private static func makeFIFO(_ folder: FilePath) -> FilePath {
        let path = folder.appending("fifo")
        #expect(unsafe mkfifo(path.string, 0o600) == 0)
        return path
    }

    @Test(arguments: TestBackend.available) func opensWithoutWaitingForAPeer(backend: TestBackend) async throws {
        try await onLoop(backend) { _, folder in
            let path = Self.makeFIFO(folder)
            #expect(await errno { try await File.open(path, .writeOnly) } == .noSuchAddressOrDevice)
            let reader = try await File.open(path)
            #expect(try await reader.status.kind == .fifo)
            #expect(await errno { try await reader.read(upTo: 1, at: 0) } == .illegalSeek)
            try await reader.close()
        }
    }

    @Test(arguments: TestBackend.available) func aReadWaitsForTheFirstWriter(backend: TestBackend) async throws {
        try await onLoop(backend) { loop, folder in
            let path = Self.makeFIFO(folder)
            let reader = try await File.open(path)
            let first = loop.createTask { (_: isolated Loop) in try await reader.text() }
            for _ in 0..<3 { try await loop.sleep(for: .milliseconds(1)) }
            expectPending(first)
            let writer = try await File.open(path, .writeOnly)
            try await writer.write("hello")
            #expect(try await first.value == "hello")
            let second = loop.createTask { (_: isolated Loop) in try await reader.text() }
            try await loop.sleep(for: .milliseconds(1))
            expectPending(second)
            try await writer.close()
            #expect(try await second.value == "", "the last writer has left")
            try await reader.close()
        }
    }

    @Test(arguments: TestBackend.available) func aWriteWaitsForRoomAndForNobody(backend: TestBackend) async throws {
        try await onLoop(backend) { loop, folder in
            let path = Self.makeFIFO(folder)
            let reader = try await File.open(path)
            let writer = try await File.open(path, .writeOnly)
            let bytes = pattern(300_000)
            let writing = loop.createTask { (_: isolated Loop) in try await writer.write(bytes.span) }
            try await loop.sleep(for: .milliseconds(1))
            expectPending(writing, "a pipe holds 64 KiB")
            var received: [UInt8] = []
            while received.count < bytes.count { received += try await reader.bytes(upTo: 50_000) }
            #expect(received == bytes)
            try await writing.value
            try await reader.close()
            // No SIGPIPE: the process would be gone.
            #expect(await errno { try await writer.write("x") } == .brokenPipe)
            try await writer.close()
        }
    }

    @Test(arguments: TestBackend.available) func aReadThatWaitsIsCancelled(backend: TestBackend) async throws {
        try await onLoop(backend) { loop, folder in
            let reader = try await File.open(Self.makeFIFO(folder))
            let waiting = loop.createTask { (_: isolated Loop) in try await reader.text() }
            try await loop.sleep(for: .milliseconds(1))
            waiting.cancel()
            #expect(await failure { try await waiting.value } is CancellationError)
            let other = loop.createTask { (_: isolated Loop) in try await reader.text() }
            try await loop.sleep(for: .milliseconds(1))
            try await reader.close()
            #expect((await failure { try await other.value } as? IOError)?.cause == .closed)
        }
    }
}
