/// A place off the loop where a task waits until it is let go.
actor Elsewhere {
    /// How many have come so far.
    nonisolated let arrivals = Counter()
    private var waiting: CheckedContinuation<Void, Never>?
    private var isOpen = false

    func pass() async {
        arrivals.add()
        if isOpen { return }
        await withCheckedContinuation { waiting = $0 }
    }

    func open() {
        isOpen = true
        waiting?.resume()
        waiting = nil
    }
}
