import SwirlCore

extension Conformance {
    static let completing: [Scenario] = []
}
