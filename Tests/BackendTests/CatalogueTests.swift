import Foundation
import SwirlTesting
import Testing

/// The failure catalogue, `docs/FAILURES.md`, and the scenarios name each other.
@Suite struct CatalogueTests {
    /// Each row's number and its text, on one line.
    static func rows() throws -> [(number: String, text: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/FAILURES.md"), encoding: .utf8)
        let flat = page.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return flat.components(separatedBy: "- **").dropFirst().map { row in
            let parts = row.components(separatedBy: "** ")
            return (parts[0], parts.dropFirst().joined(separator: "** "))
        }
    }

    @Test func rowsAndScenariosNameEachOther() throws {
        let rows = try Self.rows()
        #expect(rows.count > 50)
        let quoted = try Regex("«([^»]+ [^»]+)»")
        for (number, text) in rows {
            let shown = Set(text.matches(of: quoted).map { String(text[$0.range].dropFirst().dropLast()) })
            let citing = Set(Conformance.all.filter { $0.cites.split(separator: " ").contains(Substring(number)) }.map(\.name))
            for name in shown.subtracting(citing) {
                Issue.record("\(number) is said to be shown by «\(name)», which does not cite it")
            }
            for name in citing.subtracting(shown) { Issue.record("\(number) does not name «\(name)», which cites it") }
        }
    }

    @Test func citedRowsExist() throws {
        let known = Set(try Self.rows().map(\.number))
        let row = try Regex(#"[A-Z]+-\d+"#)
        for scenario in Conformance.all {
            for cited in scenario.cites.split(separator: " ").map(String.init) where cited.wholeMatch(of: row) != nil {
                #expect(known.contains(cited), "«\(scenario)» cites \(cited), which is no row")
            }
        }
    }
}
