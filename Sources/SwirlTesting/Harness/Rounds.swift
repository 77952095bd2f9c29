import Glibc

/// How often a scenario repeats a race.
enum Rounds {
    /// `SWIRL_ROUNDS` of the environment, or nothing.
    private static let asked: Int? = {
        // SAFETY: read once, before anybody could change the environment.
        guard let text = unsafe getenv("SWIRL_ROUNDS") else { return nil }
        return unsafe Int(String(cString: text))
    }()

    static func count(_ usual: Int) -> Int { asked ?? usual }
}
