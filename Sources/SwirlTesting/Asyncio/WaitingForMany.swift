import SwirlCore

extension Conformance {
    static let waitings: [Scenario] = []
}
