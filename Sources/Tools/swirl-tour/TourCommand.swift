import ArgumentParser
import Swirl
import ToolSupport

/// `swirl-tour`: the nine programs of the asyncio article that Swirl grew from, in order. Each is one file in `Examples`.
@main
struct TourCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swirl-tour", abstract: "Runs the nine example programs of an introduction to asyncio, in order.")

    @Option(help: "The IO backend: \(BackendChoice.allCases.map(\.rawValue).joined(separator: ", ")).")
    var backend = BackendChoice.auto

    @Option(help: "Only this one: \(Example.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: Example?

    @Flag(help: "Let the loops of E8 and E9 run on until Ctrl-C, as in the article. Needs --only E8 or --only E9.")
    var forever = false

    func validate() throws {
        if forever && only != .e8 && only != .e9 {
            throw ValidationError("--forever needs --only E8 or --only E9: only these keep a loop running")
        }
    }

    func run() throws {
        do {
            for example in Example.allCases where only == nil || only == example {
                // Beside the output, which is the article's and nothing else.
                if only == nil { printNote("— \(example.rawValue): \(example.title)") }
                try example.run(on: backend.backend, forever: forever)
            }
        } catch {
            printError("swirl-tour", error)
            throw ExitCode.failure
        }
    }
}
