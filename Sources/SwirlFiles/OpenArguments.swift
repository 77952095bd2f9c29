import CSwirlSystem
public import SystemPackage

/// What the way to a file may not use. Anything else is refused with an error: `EXDEV`, or `ELOOP` for links.
///
/// Needs Linux 5.6; an older kernel refuses every open that names one (`ENOSYS`).
public struct ResolveOptions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// No other file system: no mount point is crossed.
    public static let noMountCrossing = ResolveOptions(rawValue: UInt64(SWIRL_RESOLVE_NO_XDEV))
    /// None of the links in `/proc` that lead to open files, whatever their names say.
    public static let noMagicLinks = ResolveOptions(rawValue: UInt64(SWIRL_RESOLVE_NO_MAGICLINKS))
    /// No symbolic link at all.
    public static let noSymbolicLinks = ResolveOptions(rawValue: UInt64(SWIRL_RESOLVE_NO_SYMLINKS))
    /// Nothing above or outside the directory that the path starts from: not by `..`, not by an absolute path, not by a
    /// symbolic link. For paths that a stranger chose.
    public static let beneath = ResolveOptions(rawValue: UInt64(SWIRL_RESOLVE_BENEATH))
    /// The directory that the path starts from is taken for the root: `/` and `..` stay inside.
    public static let inRoot = ResolveOptions(rawValue: UInt64(SWIRL_RESOLVE_IN_ROOT))
}

extension FileDescriptor.OpenOptions {
    /// Reads and writes past the page cache. Addresses, offsets and lengths must be multiples of the device's block, 512 or
    /// 4096 bytes, else the answer is `EINVAL`.
    ///
    /// The corresponding C constant is `O_DIRECT`.
    public static var direct: FileDescriptor.OpenOptions { .init(rawValue: Int32(SWIRL_O_DIRECT)) }
}

/// A path and `struct open_how`, which the kernel reads after the call that submits them: so both lie on the heap until the
/// operation has ended (D4).
@unsafe
struct OpenArguments {
    let path: UnsafeMutablePointer<CChar>
    let how: UnsafeMutablePointer<swirl_open_how>

    init(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions,
        _ permissions: FilePermissions, _ resolve: ResolveOptions
    ) {
        unsafe self.path = path.withPlatformString { string in
            let count = path.length + 1
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: count)
            unsafe copy.initialize(from: string, count: count)
            return unsafe copy
        }
        let flags = mode.rawValue | options.rawValue | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        // openat2 refuses permissions where nothing can be created.
        let creates = options.contains(.create)
        unsafe how = .allocate(capacity: 1)
        unsafe how.initialize(
            to: swirl_open_how(
                flags: UInt64(UInt32(bitPattern: flags)), mode: creates ? UInt64(permissions.rawValue) : 0,
                resolve: resolve.rawValue))
    }

    func free() {
        unsafe path.deallocate()
        unsafe how.deallocate()
    }
}
