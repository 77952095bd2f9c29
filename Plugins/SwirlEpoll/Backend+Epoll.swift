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
                throw BackendError(
                    backend: "epoll", cause: "no epoll instance could be created", underlying: error,
                    remedy: "Raise the limit of open files (ulimit -n), or close some.")
            }
        }
    }
}
