import SwirlCore

extension Conformance {
    static let barriers: [Scenario] = []
}
