import SwirlCore

extension Conformance {
    static let queues: [Scenario] = []
}
