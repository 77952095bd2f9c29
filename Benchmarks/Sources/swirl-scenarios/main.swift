// What every backend promises, as a program: the scenarios of SwirlTesting, without a test framework, also in release mode.
// One line for each; the exit status is 1 when one failed, 64 when the command line asks for nothing that there is.

import Glibc
import Swirl
import SwirlTesting

/// Runs one, and says how long it took. Whether it held.
@MainActor func isKept(_ scenario: Scenario, on backend: Backend) async -> Bool {
    let clock = ContinuousClock()
    let start = clock.now
    var failure: (any Error)?
    do { try await scenario.run(on: backend) } catch { failure = error }
    let took = start.duration(to: clock.now)
    let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    let digits = String(Int(seconds * 1000) % 1000 + 1000).dropFirst()
    print("\(failure == nil ? "ok    " : "FAILED") \(backend.name) \(Int(seconds)).\(digits) s  \(scenario.name)")
    if let failure { print("       \(failure)") }
    fflush(nil)  // a line is there when its scenario has ended, also through a pipe
    return failure == nil
}

let request: Request
do {
    request = try Request(Array(CommandLine.arguments.dropFirst()))
} catch {
    print("swirl-scenarios: \(error.text)\n\n\(Request.usage)")
    exit(64)
}
if let rounds = unsafe getenv("SWIRL_ROUNDS").map({ unsafe String(cString: $0) }), (Int(rounds) ?? 0) <= 0 {
    print("swirl-scenarios: SWIRL_ROUNDS: «\(rounds)» is no number above 0")
    exit(64)
}
let wanted = request.scenarios
if wanted.isEmpty {
    print("swirl-scenarios: no scenario has these words in its name; --list prints all names")
    exit(64)
}
if request.onlyLists {
    for scenario in wanted { print(scenario.name) }
    exit(0)
}

var backends = request.backends
if backends.isEmpty {
    for backend in Request.known {
        if let reason = backend.unavailableBecause() { print("skipped: \(reason)") } else { backends.append(backend) }
    }
}
// Dispatch, which the standard library runs this very task on, opens its own descriptors when it is first used. Scenarios
// count descriptors. A shorter sleep may be over before it needs a timer.
try await Task.sleep(for: .milliseconds(100))
var failures = 0
for repetition in 0..<request.count where failures == 0 {
    for backend in backends.map({ request.subject($0, repetition: repetition) }) {
        for scenario in wanted where !(await isKept(scenario, on: backend)) { failures += 1 }
    }
}
if failures > 0 { print("\(failures) failed") }
exit(failures == 0 ? 0 : 1)
