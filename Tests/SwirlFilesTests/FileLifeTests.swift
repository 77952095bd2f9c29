import Swirl
import Synchronization
import SystemPackage
import Testing

/// Cancelling, closing, and what other threads may do.
@Suite struct FileLifeTests {
    private static let oneThread: LoopOptions = {
        var options = LoopOptions()
        options.blockingThreadsMax = 1
        return options
    }()

    /// The one thread of the pool is at a read that takes milliseconds; those behind it wait in its queue. When it has ended
    /// before the cancels came, once more.
    @Test(arguments: TestBackend.available) func aCancelledReadHasReadNothing(backend: TestBackend) async throws {
        try await onLoop(backend, options: Self.oneThread) { loop, folder in
            let file = try await File.make(folder.appending("a"), pattern(1 << 20))
            try await file.truncate(to: 128 << 20)
            var cancelled = 0
            for _ in 0..<10 where cancelled == 0 {
                let long = loop.createTask { (_: isolated Loop) in try await file.read(upTo: 128 << 20, at: 0).count }
                let reads = (0..<20).map { _ in loop.createTask { (_: isolated Loop) in try await Self.cancellableRead(file) } }
                await loop.turns(3)
                for read in reads { read.cancel() }
                for read in reads {
                    let outcome = try await read.value
                    #expect(outcome != .wrong)
                    if outcome == .cancelled { cancelled += 1 }
                }
                #expect(try await long.value == 128 << 20)
            }
            if backend != .ioUring { #expect(cancelled > 0, "none was taken out of the queue") }
            try await file.close()
        }
    }

    private enum Outcome {
        case cancelled, read, wrong
    }

    /// Reads too much for the page cache to be tried, and looks whether bytes and result say the same.
    private static func cancellableRead(_ file: File) async throws -> Outcome {
        var bytes = [UInt8](repeating: 0xff, count: 300_000)
        var span = bytes.mutableSpan
        do {
            let count = try await file.read(into: &span, at: 0)
            return Array(bytes[..<count]) == pattern(count) ? .read : .wrong
        } catch is CancellationError {
            return bytes == Array(repeating: 0xff, count: 300_000) ? .cancelled : .wrong
        }
    }

    @Test(arguments: TestBackend.available) func aCancelledOpenLosesNoDescriptor(backend: TestBackend) async throws {
        try await onLoop(backend, options: Self.oneThread) { loop, folder in
            for round in 0..<20 {
                let opens = (0..<20).map { index in
                    loop.createTask { (_: isolated Loop) in
                        try await File.open(folder.appending("\(index)"), .readWrite, options: .create).close()
                    }
                }
                await loop.turns(round)
                for open in opens { open.cancel() }
                for open in opens {
                    do { try await open.value } catch is CancellationError {}
                }
            }
            #expect(loop.operationCount == 0)
        }
    }

    /// CAN-02: opens that are under way when the loop is closed.
    @Test(arguments: TestBackend.available) func opensBesideTheCloseOfTheLoopLoseNoDescriptor(backend: TestBackend) async throws {
        let folder = try TemporaryFolder()
        for round in 0..<8 {
            try await Loop.run(backend.backend, options: Self.oneThread) { loop in
                for index in 0..<128 {
                    loop.createTask { (loop: isolated Loop) in
                        let file = try await File.open(folder.path.appending("\(index)"), .readWrite, options: .create)
                        try await loop.sleep(for: .seconds(100))
                        try await file.close()
                    }
                }
                await loop.turns(round)
            }
            #expect(!openDescriptors().contains { $0.contains(folder.path.string) })
        }
    }

    @Test(arguments: TestBackend.available) func closingEndsWhatIsInFlight(backend: TestBackend) async throws {
        try await onLoop(backend, options: Self.oneThread) { loop, folder in
            let file = try await File.make(folder.appending("a"), pattern(500_000))
            let reads = (0..<30).map { _ in
                loop.createTask { (_: isolated Loop) in try await file.read(upTo: 500_000, at: 0) == pattern(500_000) }
            }
            await loop.turns(3)
            try await file.close()
            for read in reads {
                do {
                    #expect(try await read.value)
                } catch let error as IOError {
                    #expect(error.cause == .closed)
                }
            }
            try await file.close()
            #expect((await failure { try await file.size } as? IOError)?.cause == .closed)
            #expect((await failure { try await file.write("x") } as? IOError)?.cause == .closed)
        }
    }

    /// The pool's one thread is busy, so the close of a file that was written takes its time.
    @Test(arguments: TestBackend.available) func aSecondCloserWaitsForTheEnd(backend: TestBackend) async throws {
        try await onLoop(backend, options: Self.oneThread) { loop, folder in
            let long = try await File.make(folder.appending("long"), pattern(1))
            try await long.truncate(to: 64 << 20)
            for round in 0..<5 {
                let file = try await File.make(folder.appending("\(round)"), pattern(1))
                let reading = loop.createTask { (_: isolated Loop) in try await long.read(upTo: 64 << 20, at: 0).count }
                await loop.turns(3)
                let path = file.path.string
                let closers = (0..<3).map { _ in
                    loop.createTask { (_: isolated Loop) in
                        try await file.close()
                        return openDescriptors().contains { $0.hasSuffix(path) }
                    }
                }
                for closer in closers { #expect(try await closer.value == false, "a closer returned before the close had ended") }
                _ = try await reading.value
            }
            try await long.close()
        }
    }

    /// LOOP-05: the tasks that a close ends close their files then, and the pool must still answer.
    @Test(arguments: TestBackend.available) func filesThatAreClosedByTheCloseOfTheLoop(backend: TestBackend) async throws {
        let folder = try TemporaryFolder()
        func openHere() -> Bool { openDescriptors().contains { $0.contains(folder.path.string) } }
        try await Loop.run(backend.backend) { loop in
            for index in 0..<8 {
                // Not a task that the loop made: it is not cancelled, its sleep ends with the loop.
                Task.detached { try await Self.holdOpen(folder.path.appending("\(index)"), loop) }
            }
            while loop.openDescriptorCount < 8 { try await loop.sleep(for: .milliseconds(1)) }
            await loop.turns(3)
        }
        // Some may go on after the close only, on another thread.
        let clock = ContinuousClock()
        let limit = clock.now.advanced(by: .seconds(30))
        while openHere() && clock.now < limit { try await Task.sleep(for: .milliseconds(1)) }
        #expect(!openHere())
    }

    private static func holdOpen(_ path: FilePath, _ loop: isolated Loop) async throws {
        let file = try await File.open(path, .readWrite, options: .create, on: loop)
        try? await loop.sleep(for: .seconds(100))
        try await file.close()
    }

    @Test(arguments: TestBackend.available) func droppedUnclosed(backend: TestBackend) async throws {
        try await onLoop(backend) { loop, folder in
            for index in 0..<10 { _ = try await File.open(folder.appending("\(index)"), .readWrite, options: .create) }
            while loop.openDescriptorCount > 0 { try await loop.sleep(for: .milliseconds(1)) }
        }
    }

    /// A task that no loop made, on a thread that is no loop's.
    @Test(arguments: TestBackend.available) func fromOtherThreads(backend: TestBackend) async throws {
        try await onLoop(backend) { loop, folder in
            let trips = (0..<8).map { index in Task.detached { await Self.roundTrip(folder.appending("\(index)"), loop) } }
            var results: [Bool] = []
            for trip in trips { results.append(await trip.value) }
            #expect(results == Array(repeating: true, count: 8))
        }
    }

    private static func roundTrip(_ path: FilePath, _ loop: Loop) async -> Bool {
        do {
            let file = try await File.open(path, .readWrite, options: .create, on: loop)
            try await file.write(pattern(300_000).span)
            let (bytes, size) = try await (file.read(upTo: 300_000, at: 0), file.size)
            try await file.close()
            return bytes == pattern(300_000) && size == 300_000
        } catch {
            return false
        }
    }

    /// A cancelled task of another thread can still close.
    @Test(arguments: TestBackend.available) func closingIsNotCancelled(backend: TestBackend) async throws {
        try await onLoop(backend) { loop, folder in
            let file = try await File.open(folder.appending("a"), .readWrite, options: .create)
            let task = Task.detached {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                #expect(Task.isCancelled)
                #expect(await failure { try await file.write("x") } is CancellationError)
                try await file.close()
            }
            try await task.value
            #expect((await failure { try await file.size } as? IOError)?.cause == .closed)
        }
    }

    @Test(arguments: TestBackend.available) func afterTheLoopHasClosed(backend: TestBackend) async throws {
        let folder = try TemporaryFolder()
        let (loop, file) = try await Loop.run(backend.backend) { loop in
            (loop, try await File.open(folder.path.appending("a"), .readWrite, options: .create))
        }
        #expect(loop.isClosed)
        #expect(await failure { try await file.size } as? LoopError == .closed)
        #expect(await failure { try await File.open(folder.path, on: loop) } as? LoopError == .closed)
        try await file.close()
        #expect(!openDescriptors().contains { $0.contains(folder.path.string) })
    }
}

extension Loop {
    /// Lets everything run that is ready, so many times: a new task takes two turns until its first step.
    func turns(_ count: Int) async {
        for _ in 0..<count { try? await sleep(for: .zero) }
    }
}
