import CSwirlSystem
import SwirlCore
public import SystemPackage

/// What the file system knows of a file.
public struct FileStatus: Sendable, Hashable {
    /// What kind of file it is: the type in `st_mode`.
    public enum Kind: Sendable, Hashable {
        case regular, directory, symbolicLink, fifo, socket, characterDevice, blockDevice
    }

    /// A point in time on the file system's clock.
    public struct Time: Sendable, Hashable, Comparable {
        /// Since 1970-01-01T00:00:00Z; negative before.
        public let seconds: Int64
        /// Of the second that has begun: 0 to 999,999,999.
        public let nanoseconds: Int64

        public init(seconds: Int64, nanoseconds: Int64 = 0) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
        }

        public static func < (a: Time, b: Time) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }
    }

    public let kind: Kind
    /// In bytes. 0 for what has none: a device, a file that the kernel makes up in `/proc`.
    public let size: Int64
    /// When the contents last changed.
    public let modified: Time
    public let permissions: FilePermissions
    /// With `device`, which file it is, whatever its names.
    public let inode: UInt64
    public let device: UInt64

    init(_ status: swirl_status) {
        kind = Kind(mode: status.mode)
        size = status.size
        modified = Time(seconds: status.modified_seconds, nanoseconds: status.modified_nanoseconds)
        permissions = FilePermissions(rawValue: CInterop.Mode(status.mode & 0o7777))
        inode = status.inode
        device = status.device
    }
}

extension FileStatus.Kind {
    init(mode: UInt32) {
        switch mode & UInt32(S_IFMT) {
        case UInt32(S_IFDIR): self = .directory
        case UInt32(S_IFLNK): self = .symbolicLink
        case UInt32(S_IFIFO): self = .fifo
        case UInt32(S_IFSOCK): self = .socket
        case UInt32(S_IFCHR): self = .characterDevice
        case UInt32(S_IFBLK): self = .blockDevice
        default: self = .regular
        }
    }

    /// How drivers do IO on it.
    func descriptorKind(isDirect: Bool) -> Descriptor.Kind {
        switch self {
        case .regular: isDirect ? .directFile : .regularFile
        case .directory, .symbolicLink: .directory
        case .fifo: .pipe
        case .socket: .socket
        case .characterDevice: .characterDevice
        case .blockDevice: .blockDevice
        }
    }
}

extension File {
    /// What the file system knows of the file now. Never waits: the answer is in memory.
    ///
    /// - Throws: `IOError`, `CancellationError`, `LoopError.closed`.
    ///
    /// The corresponding system call is `fstat(2)`.
    public nonisolated(nonsending) var status: FileStatus {
        get async throws {
            let (result, status) = await Self.status(of: open.descriptor, on: open, open.core)
            if result < 0 { throw failure(result, "fstat") }
            return status
        }
    }

    /// How many bytes the file has now; 0 for what has no size. Never waits.
    ///
    /// - Throws: as `status`.
    ///
    /// The corresponding system call is `fstat(2)`.
    public nonisolated(nonsending) var size: Int64 {
        get async throws { try await status.size }
    }

    static nonisolated(nonsending) func status(
        of descriptor: Descriptor, on open: OpenDescriptor?, _ core: LoopCore
    ) async -> (Int32, FileStatus) {
        // On the heap: a caller on another thread suspends while the loop's writes it.
        let memory = UnsafeMutablePointer<swirl_status>.allocate(capacity: 1)
        unsafe memory.initialize(to: swirl_status())
        defer { unsafe memory.deallocate() }
        let result = await unsafe core.perform(.fileStatus(descriptor, into: memory), on: open, nil)
        return unsafe (result, FileStatus(memory.pointee))
    }
}
