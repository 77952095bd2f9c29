/// Who gets the completions of a multishot operation: a listener's queue of connections, a stream's queue of chunks.
///
/// Called on the loop's thread, between the driver's wait and the ready queue; it must not run user code.
package class CompletionSink {
    package init() {}

    /// One completion. Without `.more` it is the last, and the sink is no longer armed.
    func receive(_ completion: Completion) {
        preconditionFailure("a completion sink must say what it does with completions")
    }
}
