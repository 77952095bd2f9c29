import Dispatch

/// Blocks threads until it is opened. A loop whose thread waits here does nothing else: for showing just that.
package final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    package func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    package func open() {
        semaphore.signal()
    }
}
