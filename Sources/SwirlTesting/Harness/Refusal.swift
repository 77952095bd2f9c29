/// The error that a synchronous `body` throws; nothing when it throws none. Where `body` names the loop it is isolated to it.
func refusal<T>(of body: () throws -> T) -> (any Error)? {
    do { _ = try body() } catch { return error }
    return nil
}

extension Box where T: RangeReplaceableCollection {
    /// Puts down what happened.
    func note(_ what: T.Element) {
        value.append(what)
    }
}
