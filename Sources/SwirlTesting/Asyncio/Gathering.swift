import SwirlCore

extension Conformance {
    static let gathering: [Scenario] = []
}
