import CSwirlSystem
public import SwirlCore
public import SystemPackage

/// An open file: a regular one, a directory, a device, a FIFO.
///
/// Reads and writes at an offset run beside each other; those at the file's position run one after the other, in the order
/// of the calls, because there is one position. Buffers are lent for the call.
///
/// A cancelled operation either throws `CancellationError` having moved nothing, or returns what it moved; the task's next
/// operation then throws. What waits for a disk cannot be interrupted once it runs: cancelling waits for its end.
///
/// On io_uring what can be done without blocking a kernel thread goes to the ring, on the other backends to the loop's
/// blocking pool; a read that the page cache can answer costs neither (1 us).
public final class File: @unchecked Sendable {
    // Sendable: immutable; what changes belongs to the loop's thread.
    let open: OpenDescriptor
    /// The path that it was opened by, for messages: the file may have another name by now.
    public let path: FilePath

    private init(_ open: OpenDescriptor, _ path: FilePath) {
        self.open = open
        self.path = path
    }

    deinit {
        open.core.abandon(open)
    }

    /// Opens a file, on `loop` or the loop that runs on this thread.
    ///
    /// The descriptor is always closed on `exec`, never makes a terminal the controlling one, and never waits for a peer
    /// (`O_CLOEXEC | O_NOCTTY | O_NONBLOCK`): a FIFO opens for reading at once, before anybody writes, and for writing only
    /// when somebody reads (else `ENXIO`).
    ///
    /// - Parameters:
    ///   - options: `create`, `exclusiveCreate`, `truncate`, `append`, `directory`, `noFollow`, `direct` …
    ///   - permissions: Of a file that is created, less the process's umask.
    ///   - directory: Where a relative path starts; the working directory without one. It must be of the same loop.
    ///   - resolve: What the way to the file may not use. With `.beneath` nothing outside `directory` is ever opened.
    ///
    /// - Cancellation: throws `CancellationError`, with no descriptor left open. A file may have been created.
    /// - Throws: `IOError` (`open`, with the path), `CancellationError`, `LoopError`.
    ///
    /// The corresponding system calls are `openat2(2)` and `fstat(2)`.
    public static nonisolated(nonsending) func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode = .readOnly, options: FileDescriptor.OpenOptions = [],
        permissions: FilePermissions = [.ownerReadWrite, .groupReadWrite, .otherReadWrite],
        relativeTo directory: File? = nil, resolve: ResolveOptions = [], on loop: Loop? = nil
    ) async throws -> File {
        guard let core = directory?.open.core ?? (loop ?? Loop.current)?.core else { throw LoopError.noRunningLoop }
        precondition(loop == nil || loop?.core === core, "a file is opened on its directory's loop")
        let arguments = unsafe OpenArguments(path, mode, options, permissions, resolve)
        defer { unsafe arguments.free() }
        let number = try await unsafe openDescriptor(arguments, relativeTo: directory, core)
        guard number >= 0 else { throw IOError.of(number, "open", path.string) }
        // From here on there is a descriptor that must not be lost (D12), whatever happens to the task.
        let (result, status) = await Self.status(of: Descriptor(number, .regularFile), on: nil, core)
        guard result >= 0 else {
            _ = await core.close(OpenDescriptor(Descriptor(number, .regularFile), core: core))
            throw IOError.of(result, "open", path.string)
        }
        let descriptor = Descriptor(number, status.kind.descriptorKind(isDirect: options.contains(.direct)))
        return File(OpenDescriptor(descriptor, core: core), path)
    }

    private static nonisolated(nonsending) func openDescriptor(
        _ arguments: OpenArguments, relativeTo directory: File?, _ core: LoopCore
    ) async throws -> Int32 {
        let start = directory?.open.descriptor.number ?? AT_FDCWD
        var pause: Int64 = 1_000_000
        while true {
            // As an operation on the directory: its number cannot become a stranger's meanwhile (D9).
            let result = await unsafe core.perform(
                .open(at: start, path: UnsafePointer(arguments.path), how: UnsafePointer(arguments.how)),
                on: directory?.open, nil)
            // Somebody renames directories on the way, or another process has a lease on the file and is asked to give it
            // up. No event tells when that is over (D7).
            guard result == -EAGAIN else { return result }
            try await core.sleep(until: core.now + pause)
            pause = min(pause * 2, 50_000_000)
        }
    }

    /// Refuses new operations, cancels what is in flight, sees it end, and closes the descriptor. A second time does nothing.
    ///
    /// It writes nothing back: `synchronize` does, and only its success says that the bytes are on the disk.
    ///
    /// - Cancellation: none; it waits for operations to end, not for a peer.
    /// - Throws: `IOError` when the file system reports at last what an earlier write came to (NFS, quotas). The descriptor
    ///   is closed all the same.
    ///
    /// The corresponding system call is `close(2)`.
    public nonisolated(nonsending) func close() async throws {
        let result = await open.core.close(open)
        if result < 0 && result != Ending.loopClosed { throw failure(result, "close") }
    }

    func failure(_ result: Int32, _ operation: String) -> any Error {
        IOError.of(result, operation, path.string)
    }
}
