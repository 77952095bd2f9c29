/// Who gets the completions of an operation that no task waits for: a multishot's (a listener's queue of connections, a
/// stream's queue of chunks), those of the read behind a signal or the main queue, a close that others wait for.
///
/// A class, because a slot has room for one word: a reference to something that conforms to a protocol is two.
///
/// Called on the loop's thread, between the driver's wait and the ready queue; it must not run user code.
@usableFromInline
package class CompletionSink {
    package init() {}

    /// One completion. Without `.more` it is the last, and the sink is no longer armed.
    func receive(_ completion: Completion) {
        preconditionFailure("a completion sink must say what it does with completions")
    }
}
