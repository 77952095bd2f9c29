#if URing
import CSwirlSystem
import SwirlCore
import SystemPackage

extension URingDriver {
    /// What an error number of io_uring_setup(2) means here, and what to do about it (URG-01).
    static func failure(_ errno: Errno) -> BackendError {
        let (cause, remedy) =
            switch errno {
            case .noFunction:
                (
                    "this kernel is without io_uring, or a seccomp filter hides it",
                    "Allow system calls 425 to 427 in the sandbox's seccomp profile, or use Backend.epoll."
                )
            case .notPermitted: forbidden()
            case .noMemory:
                (
                    "the limit on locked memory leaves no room for a ring (`ulimit -l`; rings just closed still count for a while)",
                    "Raise RLIMIT_MEMLOCK, open fewer loops, or lower DriverOptions.queueEntries."
                )
            case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
                ("there is no descriptor left for the ring", "Raise RLIMIT_NOFILE (`ulimit -n`) or close descriptors.")
            case .invalidArgument: tooOld
            default: ("io_uring_setup failed", "Use Backend.epoll.")
            }
        return BackendError(backend: name, cause: cause, underlying: errno, remedy: remedy)
    }

    static var tooOld: (cause: String, remedy: String) {
        (
            "this kernel's io_uring is too old: multishot accept and receive came with Linux 5.19",
            "Use Backend.epoll, or Linux 6.1 or newer."
        )
    }

    /// EPERM comes from a sysctl, or from a filter that only looks like one.
    private static func forbidden() -> (cause: String, remedy: String) {
        switch disabledSetting() {
        case UInt8(ascii: "2"):
            (
                "the system administrator turned io_uring off for everybody (kernel.io_uring_disabled = 2)",
                "Run `sysctl kernel.io_uring_disabled=0` as root, or use Backend.epoll."
            )
        case UInt8(ascii: "1"):
            (
                "io_uring is only for members of a group (kernel.io_uring_disabled = 1)",
                "Join the group that `sysctl kernel.io_uring_group` names, or use Backend.epoll."
            )
        default:
            (
                "a sandbox forbids it: a container's seccomp profile, or a security module",
                "Allow system calls 425 to 427 (in Docker: a seccomp profile of your own), or use Backend.epoll."
            )
        }
    }

    /// The first character of /proc/sys/kernel/io_uring_disabled; `nil` before Linux 6.6, which has no such file.
    private static func disabledSetting() -> UInt8? {
        var how = swirl_open_how(flags: UInt64(O_RDONLY | O_CLOEXEC), mode: 0, resolve: 0)
        let file = unsafe swirl_openat2(AT_FDCWD, "/proc/sys/kernel/io_uring_disabled", &how)
        guard file >= 0 else { return nil }
        defer { _ = swirl_close(file) }
        var setting: UInt8 = 0
        return unsafe swirl_read(file, &setting, 1) == 1 ? setting : nil
    }
}
#endif
