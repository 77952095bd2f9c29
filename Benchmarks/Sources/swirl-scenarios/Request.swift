import Swirl
import SwirlTesting

/// What the command line asks for.
struct Request {
    /// The backends that Swirl brings. Whoever makes one adds it here, in a copy of this program.
    static let known: [Backend] = [.poll, .epoll, .ioUring]

    static let usage = """
        swirl-scenarios [--on BACKEND]… [--repeat COUNT] [--faults SEED] [--list] [WORDS]…

          WORDS           run the scenarios with any of these in their names; all without
          --on BACKEND    \(known.map(\.name).joined(separator: ", ")); without, each that starts here
          --repeat COUNT  the whole list that often, or until the first failure
          --faults SEED   over drivers that are as unkind as the contract allows; each repetition has the next seed
          --list          only print the names

        SWIRL_ROUNDS=1000000 in the environment says how often each race is run within its scenario.
        """

    var backends: [Backend] = []
    var words: [String] = []
    var count = 1
    var onlyLists = false
    var faultSeed: UInt64?

    /// What is wrong with the command line.
    struct Mistake: Error {
        let text: String
    }

    init(_ arguments: [String]) throws(Mistake) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--on":
                let name = rest.popFirst() ?? ""
                guard let backend = Self.known.first(where: { $0.name == name }) else {
                    throw Mistake(text: "no backend «\(name)»")
                }
                backends.append(backend)
            case "--repeat":
                guard let count = rest.popFirst().flatMap({ Int($0) }), count > 0 else {
                    throw Mistake(text: "--repeat needs a number above 0")
                }
                self.count = count
            case "--faults":
                guard let seed = rest.popFirst().flatMap({ UInt64($0) }) else { throw Mistake(text: "--faults needs a number") }
                faultSeed = seed
            case "--list": onlyLists = true
            case let unknown where unknown.hasPrefix("-"): throw Mistake(text: "no option \(unknown)")
            default: words.append(argument)
            }
        }
    }

    /// What to run. Faults are for those that run a loop and are not about faultless drivers.
    var scenarios: [Scenario] {
        let all = faultSeed == nil ? Conformance.all : Conformance.loop.filter { !$0.needsFaultlessDriver }
        return words.isEmpty ? all : all.filter { scenario in words.contains { scenario.name.contains($0) } }
    }

    /// The backend as it is asked for in one repetition.
    func subject(_ backend: Backend, repetition: Int) -> Backend {
        guard let faultSeed else { return backend }
        return .faulty(backend, seed: faultSeed &+ UInt64(repetition))
    }
}
