import SwirlCore

extension Conformance {
    static let running: [Scenario] = []
}
