import Foundation
import SwirlTesting
import Testing

/// What the list of asyncio's scenarios covers: the article that Swirl grew from, and CPython's own test suite.
@Suite struct AsyncioTests {
    /// The rows of `docs/ASYNCIO-ROWS.md`: what the article explains, S1 and so on, and its programs, E1 and so on.
    static func rows() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/ASYNCIO-ROWS.md"), encoding: .utf8)
        let row = try Regex(#"(?m)^- \*\*([SE]\d+)\*\* "#)
        return Set(page.matches(of: row).compactMap { $0.output[1].substring.map(String.init) })
    }

    @Test func everyRowIsShown() throws {
        let rows = try Self.rows()
        #expect(rows.count == 27)
        let name = try Regex(#"[SE]\d+"#)
        func cited(_ scenarios: [Scenario]) -> Set<String> {
            Set(scenarios.flatMap { $0.cites.split(separator: " ") }.map(String.init).filter { $0.wholeMatch(of: name) != nil })
        }
        // The programs are shown by the tour, too.
        for row in rows.subtracting(cited(Conformance.asyncio)) where row.hasPrefix("S") {
            Issue.record("no scenario of asyncio's cites \(row)")
        }
        for row in cited(Conformance.all).subtracting(rows) { Issue.record("a scenario cites \(row), which is no row") }
    }

    /// Mirrored, or differed from on purpose.
    @Test func eachCaseIsNamedOnce() throws {
        let name = try Regex(#"test_\w+\.\w+\.test_\w+"#)
        var byCase: [String: String] = [:]
        for scenario in Conformance.all {
            for named in [scenario.mirrors, scenario.differsFrom] where !named.isEmpty {
                #expect(named.wholeMatch(of: name) != nil, "«\(scenario)» names no case: \(named)")
                let other = byCase.updateValue(scenario.name, forKey: named)
                #expect(other == nil, "«\(scenario)» and «\(other ?? "")» name \(named)")
            }
        }
        #expect(Conformance.all.count { !$0.mirrors.isEmpty } >= 200)
    }

    /// A name is how a failure and a row of the failure catalogue find their scenario.
    @Test func eachNameIsGivenOnce() {
        let names = Dictionary(grouping: Conformance.all.map(\.name)) { $0 }
        for (name, all) in names { #expect(all.count == 1, "\(all.count) scenarios are called «\(name)»") }
    }
}
