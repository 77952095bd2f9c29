public import SwirlCore

extension Backend {
    /// io_uring: operations are written to a queue, and one system call a turn submits them and collects what ended.
    /// The fastest backend here, where the kernel (5.19 or newer) has it and nothing forbids it.
    public static var ioUring: Backend {
        #if URing
        Backend(name: URingDriver.name) { options throws(BackendError) in try URingDriver(options) }
        #else
        Backend(name: "io_uring") { _ throws(BackendError) in
            throw BackendError(
                backend: "io_uring", cause: "this package was built without its trait URing", underlying: nil,
                remedy: "Install liburing-dev and build with the trait (it is on by default): swift build --traits URing.")
        }
        #endif
    }
}
