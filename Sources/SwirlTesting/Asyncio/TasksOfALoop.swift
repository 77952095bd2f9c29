import SwirlCore

extension Conformance {
    static let tasks: [Scenario] = []
}
