import SwirlCore

extension Conformance {
    static let shielding: [Scenario] = []
}
