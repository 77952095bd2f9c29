// Errors that nobody looked at.
//
// When a future fails nobody can know whether it will be awaited yet. So its error is reported when the last reference goes
// (`Future.deinit`), or when the loop is closed, whichever comes first; and once, because reporting counts as looking.

extension LoopCore {
    struct FailedFuture {
        weak var future: AnyFuture?
    }

    /// Remembers a failed future until the loop is closed. Those that were looked at, or are gone, go before the list doubles.
    func noteFailure(_ future: AnyFuture) {
        if future.isRetrieved { return }
        if failed.count >= failedMax {
            failed.removeAll { $0.future?.isRetrieved ?? true }
            failedMax = max(16, failed.count * 2)
        }
        failed.append(FailedFuture(future: future))
    }

    /// The loop is being closed.
    func reportAllUnretrieved() {
        let all = failed
        failed = []
        for entry in all {
            guard let future = entry.future, !future.isRetrieved, let error = future.errorNow else { continue }
            future.isRetrieved = true
            reportUnretrieved(error, of: future.label)
        }
    }

    /// On the loop's thread; to the log when there is no loop any more.
    func reportUnretrieved(_ error: any Error, of label: String) {
        let context = "an error was never retrieved: \(label)"
        if !callOnLoop({ $0.report(error, context) }) { log(error, context) }
    }
}
