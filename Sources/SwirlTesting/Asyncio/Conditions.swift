import SwirlCore

extension Conformance {
    static let conditions: [Scenario] = []
}
