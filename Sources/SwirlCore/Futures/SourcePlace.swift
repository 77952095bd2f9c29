/// Where something was made, for messages: `Module/File.swift:12`.
///
/// 12 bytes, in each handle and each task: what a `StaticString` says in 17, and rounded up in 24, a constant's address says.
@safe
struct SourcePlace: CustomStringConvertible, @unchecked Sendable {
    // Sendable: the address is a constant's.
    let file: UnsafePointer<UInt8>
    let line: UInt32

    init(file: StaticString, line: UInt) {
        let unknown: StaticString = "?"
        unsafe self.file = file.hasPointerRepresentation ? file.utf8Start : unknown.utf8Start
        self.line = UInt32(truncatingIfNeeded: line)
    }

    /// The same place again.
    init(fileAt file: UnsafePointer<UInt8>, line: UInt32) {
        unsafe self.file = file
        self.line = line
    }

    // SAFETY: a static string is a constant that ends with a zero.
    var description: String { unsafe "\(String(cString: file)):\(line)" }
}
