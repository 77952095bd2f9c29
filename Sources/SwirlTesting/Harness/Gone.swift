/// Tells when something that others hold is gone.
final class Gone: @unchecked Sendable {
    // Sendable: used on one thread at a time.
    final class Token: Sendable {}
    private weak var token: Token?

    func make() -> Token {
        let new = Token()
        token = new
        return new
    }

    var isGone: Bool { token == nil }
}
