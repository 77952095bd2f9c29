import SwirlCore

extension Conformance {
    static let debugging: [Scenario] = []
}
