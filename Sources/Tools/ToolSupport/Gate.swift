import Dispatch

/// Shut until somebody opens it: for a thread that has to wait for another one.
package struct Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    /// Lets one thread pass: the one that waits, or the next that comes.
    package func open() {
        semaphore.signal()
    }

    /// Blocks until it is open.
    package func pass() {
        semaphore.wait()
    }
}
