import SwirlCore

extension Future {
    /// Whether the future lets nobody set a result.
    func refuses(_ value: T, on loop: isolated Loop = #isolation) -> Bool {
        do { try setResult(value) } catch { return true }
        return false
    }

    /// Whether it lets nobody set a result or an error.
    func refusesAll(_ value: T, on loop: isolated Loop = #isolation) -> Bool {
        let first = refuses(value)
        return refusesError() && first
    }

    func refusesError(on loop: isolated Loop = #isolation) -> Bool {
        do { try setError(Wrong()) } catch { return true }
        return false
    }
}

extension Loop {
    /// What reaches the exception handler from now on.
    func reports() -> Box<[String]> {
        let box = Box<[String]>([])
        setExceptionHandler { _, context in box.value.append(context) }
        return box
    }
}
