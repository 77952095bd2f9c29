import SwirlCore

extension Conformance {
    static let timeouts: [Scenario] = []
}
