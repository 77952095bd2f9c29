public import SwirlCore
import SwirlEpoll
import SwirlPoll
import SwirlURing

extension Backend {
    /// The best backend that starts here: io_uring, else epoll, else poll. Why one was skipped is logged, and kept in
    /// `Loop.skippedBackends`.
    public static var automatic: Backend { .firstAvailable(name: "auto", of: [.ioUring, .epoll, .poll]) }
}
