import ArgumentParser
import Swirl
import ToolSupport

/// `swirl-backends`: what can start here, and how it does its work.
@main
struct BackendsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swirl-backends", abstract: "Says which backends can start on this machine and, if not, why.")

    @Flag(help: "Also print how each backend does each operation: native, readiness, offloaded or unsupported.")
    var operations = false

    func run() throws {
        let choices = BackendChoice.allCases.filter { $0 != .auto }
        for choice in choices {
            let reason = choice.backend.unavailableBecause()
            printLine(reason.map { "\($0)" } ?? "\(choice.rawValue): can start")
        }
        try ToolSupport.run("swirl-backends", .auto) { loop in printLine("auto picks \(loop.backendName)") }
        if operations { try printOperations(choices.filter { $0.backend.unavailableBecause() == nil }) }
    }

    /// A table of operations and backends, then a line for each with what is worth knowing about it.
    private func printOperations(_ choices: [BackendChoice]) throws {
        let capabilities = try choices.map { try Loop($0.backend).capabilities }
        printLine("")
        printLine(row("operation", choices.map(\.rawValue)))
        for kind in Operation.Kind.allCases {
            printLine(row("\(kind)", capabilities.map { $0[kind].support.rawValue }))
        }
        for (choice, capabilities) in zip(choices, capabilities) {
            printLine("\n\(choice.rawValue)")
            for kind in Operation.Kind.allCases where !capabilities[kind].note.isEmpty {
                printLine(row("  \(kind)", [capabilities[kind].note]))
            }
        }
    }

    private func row(_ name: String, _ cells: [String]) -> String {
        let padded = ([name] + cells).map { $0 + String(repeating: " ", count: max(0, 16 - $0.count)) }
        var line = padded.joined()
        while line.last == " " { line.removeLast() }
        return line
    }
}
