import SwirlCore

extension Conformance {
    static let racing: [Scenario] = []
}
