import CSwirlSystem
import SwirlCore

extension File {
    /// Writes all of the bytes at an offset, which may lie beyond the end. The file's position stays where it is.
    ///
    /// In a file opened with `append`, Linux writes at the end whatever the offset.
    ///
    /// - Cancellation: throws having written nothing, unless the write runs already: then it is waited for, and all is
    ///   written. (Past 2 GiB, or where the disk is nearly full, a write takes several steps, and may end between them.)
    /// - Throws: `IOError` (`ENOSPC` …; a part may be written), `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `pwritev2(2)`.
    public nonisolated(nonsending) func write(_ bytes: RawSpan, at offset: Int64) async throws {
        // SAFETY: D4: the span is borrowed by this call, which returns after the terminal completion.
        let memory = unsafe bytes.withUnsafeBytes { unsafe $0 }
        try await unsafe send(memory, checked(offset, "write"))
    }

    /// Writes all of the bytes at the file's position, which moves behind them; with `append`, at the end of the file.
    ///
    /// On a FIFO it waits while the pipe is full, and answers `EPIPE`, without a signal, when nobody reads any more.
    ///
    /// - Cancellation, errors: as `write(_:at:)`.
    public nonisolated(nonsending) func write(_ bytes: RawSpan) async throws {
        // SAFETY: as above.
        let memory = unsafe bytes.withUnsafeBytes { unsafe $0 }
        try await unsafe send(memory, Self.position)
    }

    /// As the same with raw bytes.
    public nonisolated(nonsending) func write(_ bytes: Span<UInt8>, at offset: Int64) async throws {
        // SAFETY: as above.
        let memory = unsafe bytes.withUnsafeBytes { unsafe $0 }
        try await unsafe send(memory, checked(offset, "write"))
    }

    /// As the same with raw bytes.
    public nonisolated(nonsending) func write(_ bytes: Span<UInt8>) async throws {
        // SAFETY: as above.
        let memory = unsafe bytes.withUnsafeBytes { unsafe $0 }
        try await unsafe send(memory, Self.position)
    }

    /// Makes the file as long as this: cuts it, or adds zeros, which take no room on the disk.
    ///
    /// - Cancellation: throws having changed nothing, unless it runs already.
    /// - Throws: `IOError`, `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `ftruncate(2)`.
    public nonisolated(nonsending) func truncate(to size: Int64) async throws {
        let result = await unsafe open.core.perform(.truncate(open.descriptor, size: size), on: open, nil)
        if result < 0 { throw failure(result, "truncate") }
    }

    /// Returns when all that was written before is on the disk.
    ///
    /// - Parameter dataOnly: Leaves out what is not needed to read the data again, such as the time of the change.
    /// - Cancellation: throws when it has not begun, else waits for the end.
    /// - Throws: `IOError`: some of what was written is lost, and asking again does not tell which. `CancellationError`,
    ///   `LoopError.closed`.
    ///
    /// Takes milliseconds. The corresponding system calls are `fsync(2)` and `fdatasync(2)`.
    public nonisolated(nonsending) func synchronize(dataOnly: Bool = false) async throws {
        let result = await unsafe open.core.perform(.synchronize(open.descriptor, dataOnly: dataOnly), on: open, nil)
        if result < 0 { throw failure(result, "synchronize") }
    }

    private nonisolated(nonsending) func send(_ memory: UnsafeRawBufferPointer, _ offset: Int64) async throws {
        var sent = 0
        while sent < memory.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: memory[sent...])
            let result = await unsafe open.core.perform(
                .write(open.descriptor, from: rest, at: offset < 0 ? offset : offset + Int64(sent)), on: open,
                line(offset, .output))
            // Nothing written and no error: it would go on for ever.
            if result <= 0 { throw failure(result == 0 ? -EIO : result, "write") }
            sent += Int(result)
        }
    }
}
