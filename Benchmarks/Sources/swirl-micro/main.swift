// What the loop's own operations cost: one JSON line for each case.
//
//     swirl-micro [CASE…]        all cases without arguments
//
// SWIRL_OPERATIONS=N runs each case with N operations: run twice under callgrind, the difference of two counts is the cost
// in instructions without what starting costs.

import Swirl

let wanted = CommandLine.arguments.dropFirst()
if let unknown = wanted.first(where: { name in !cases.contains { $0.name == name } }) {
    refuse("no case «\(unknown)»; there are: \(cases.map(\.name).joined(separator: " "))")
}
let (backend, wantedOperations) = (backendWanted(), operationsWanted())
for one in cases where wanted.isEmpty || wanted.contains(one.name) {
    let operations = wantedOperations ?? one.operations
    try measure(one.name, operations, on: backend) { loop in try await one.body(loop, operations) }
}
