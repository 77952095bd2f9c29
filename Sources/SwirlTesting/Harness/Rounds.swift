import Glibc

/// How often a scenario repeats a race.
enum Rounds {
    /// `SWIRL_ROUNDS` of the environment, or nothing. What is no number ends the process: nobody should take a few rounds for
    /// the million that was asked for.
    private static let asked: Int? = {
        // SAFETY: read once, before anybody could change the environment.
        guard let text = unsafe getenv("SWIRL_ROUNDS") else { return nil }
        let asked = unsafe String(cString: text)
        guard let count = Int(asked), count > 0 else { preconditionFailure("SWIRL_ROUNDS: «\(asked)» is no number above 0") }
        return count
    }()

    static func count(_ usual: Int) -> Int { asked ?? usual }
}
