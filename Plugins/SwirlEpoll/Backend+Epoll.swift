public import SwirlCore
import SwirlReadiness
import SystemPackage

extension Backend {
    /// `epoll(7)`, edge-triggered: on every Linux, independent of how many connections are idle.
    public static var epoll: Backend {
        Backend(name: "epoll") { (_: DriverOptions) throws(BackendError) -> any Driver in
            do throws(Errno) {
                return ReadinessDriver(try EpollPoller())
            } catch {
                let (cause, remedy) = EpollPoller.failure(error)
                throw BackendError(backend: "epoll", cause: cause, underlying: error, remedy: remedy)
            }
        }
    }
}

extension EpollPoller {
    /// What an error of making an epoll instance, an eventfd, or of adding the one to the other means, and what to do.
    fileprivate static func failure(_ errno: Errno) -> (cause: String, remedy: String) {
        switch errno {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
            (
                "there are not the two descriptors left that it takes: an epoll instance and an eventfd",
                "Raise the limit of open files (ulimit -n), or close some."
            )
        case .noSpace:
            (
                "this user has as many epoll watches as are allowed (fs.epoll.max_user_watches)",
                "Raise that limit (sysctl), or watch less in other programs."
            )
        case .noMemory:
            ("the kernel has no memory for an epoll instance", "Free some, or raise the limit of the control group.")
        default:
            ("an epoll instance or its eventfd could not be made", "Use Backend.poll.")
        }
    }
}
