import SwirlCore

extension Conformance {
    static let futures: [Scenario] = []
}
