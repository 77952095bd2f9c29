import SwirlCore

extension Conformance {
    static let signals: [Scenario] = []
}
