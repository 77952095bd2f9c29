public import SwirlCore
import SwirlReadiness
import SystemPackage

extension Backend {
    /// `poll(2)`: wherever Linux runs. Each turn costs time for every connection that waits, idle or not: O(n).
    public static var poll: Backend {
        Backend(name: "poll") { (_: DriverOptions) throws(BackendError) -> any Driver in
            do throws(Errno) {
                return ReadinessDriver(try PollPoller())
            } catch {
                throw BackendError(
                    backend: "poll", cause: "no eventfd could be created", underlying: error,
                    remedy: "Raise the limit of open files (ulimit -n) or close some; with ENOMEM, free memory.")
            }
        }
    }
}
