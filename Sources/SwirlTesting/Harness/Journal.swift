/// Words that several threads put down, in the order in which they did.
final class Journal: @unchecked Sendable {
    // Sendable: `words` is under `lock`.
    private let lock = ThreadLock()
    private var words: [String] = []

    func add(_ word: String) {
        lock.locked { words.append(word) }
    }

    var all: [String] { lock.locked { words } }
}

extension Box where T: RangeReplaceableCollection {
    /// Puts down what happened.
    func note(_ what: T.Element) {
        value.append(what)
    }
}
