import SwirlTesting
import Testing

/// What the list of asyncio's scenarios covers: the article that Swirl grew from, and CPython's own test suite.
@Suite struct AsyncioTests {
    /// The rows of behaviour that the article shows, S1 to S18. Scenarios cite them.
    static let rows = (1...18).map { "S\($0)" }

    @Test func everyRowIsShown() {
        let cited = Set(Conformance.asyncio.flatMap { $0.cites.split(separator: " ") }.map(String.init))
        for row in Self.rows { #expect(cited.contains(row), "no scenario of asyncio's cites \(row)") }
        let known = Set(Self.rows)
        for row in cited where row.hasPrefix("S") { #expect(known.contains(row), "there is no row \(row)") }
    }

    @Test func eachCaseIsMirroredOnce() throws {
        let name = try Regex(#"test_\w+\.\w+\.test_\w+"#)
        var byCase: [String: String] = [:]
        for scenario in Conformance.all where !scenario.mirrors.isEmpty {
            #expect(scenario.mirrors.wholeMatch(of: name) != nil, "«\(scenario)» mirrors no case: \(scenario.mirrors)")
            let other = byCase.updateValue(scenario.name, forKey: scenario.mirrors)
            #expect(other == nil, "«\(scenario)» and «\(other ?? "")» mirror \(scenario.mirrors)")
        }
        #expect(byCase.count >= 200)
    }

    /// A name is how a failure and a row of the failure catalogue find their scenario.
    @Test func eachNameIsGivenOnce() {
        let names = Dictionary(grouping: Conformance.all.map(\.name)) { $0 }
        for (name, all) in names { #expect(all.count == 1, "\(all.count) scenarios are called «\(name)»") }
    }
}
