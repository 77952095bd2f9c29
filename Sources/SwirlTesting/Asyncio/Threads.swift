import SwirlCore

extension Conformance {
    static let threads: [Scenario] = []
}
