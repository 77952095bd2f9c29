import SwirlCore

extension Conformance {
    static let locks: [Scenario] = []
}
