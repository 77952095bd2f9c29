import ArgumentParser
package import Swirl

/// What every tool takes for `--backend`.
package enum BackendChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, poll, epoll
    case ioUring = "io_uring"

    package var backend: Backend {
        switch self {
        case .auto: .automatic
        case .poll: .poll
        case .epoll: .epoll
        case .ioUring: .ioUring
        }
    }
}
