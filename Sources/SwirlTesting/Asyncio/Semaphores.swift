import SwirlCore

extension Conformance {
    static let semaphores: [Scenario] = []
}
