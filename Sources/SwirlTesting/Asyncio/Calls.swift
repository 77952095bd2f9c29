import SwirlCore

extension Conformance {
    static let calls: [Scenario] = []
}
