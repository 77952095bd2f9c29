import HTTPTypes

/// A request target as a path that stays below the root it is opened from.
///
/// The path is the bytes that file names are made of: decoded once, not necessarily UTF-8, with no empty, `.` or `..`
/// component and no NUL. The rules, in the order they apply:
/// - the target is split at its `/`, each part is percent-decoded, and only then are dots looked at: `%2e%2e` is `..`.
/// - an encoded slash makes 404, not a second way to write `/`: a file's name cannot hold one, so there is no such file.
/// - empty parts mean nothing, as for the file system: `/a//b` is `/a/b`, and `/a//..` is `/`.
/// - `..` above the root is 403.
/// - a backslash, a `;` and every other byte but NUL are ordinary parts of a name.
package struct TargetPath: Equatable, Sendable {
    /// The components with `/` between them: no slash at either end, empty for the root itself.
    package let relative: [UInt8]
    /// The target ended in `/` (or in a dot segment): it asks for a directory.
    package let asksForDirectory: Bool

    init(relative: [UInt8], asksForDirectory: Bool) {
        self.relative = relative
        self.asksForDirectory = asksForDirectory
    }

    package init(_ target: [UInt8]) throws(HTTPFailure) {
        try self.init(target.span)
    }

    package init(_ target: Span<UInt8>) throws(HTTPFailure) {
        let range = try Self.pathRange(target)
        var walk = PathWalk()
        walk.bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            switch target[index] {
            case UInt8(ascii: "/"):
                try walk.endComponent()
                index += 1
            case UInt8(ascii: "%"):
                guard index + 2 < range.upperBound, let high = target[index + 1].hexDigit,
                    let low = target[index + 2].hexDigit
                else { throw .badRequest("a broken percent-encoding") }
                try walk.append(decoded: high << 4 | low)
                index += 3
            case let byte:
                guard byte != UInt8(ascii: "#"), byte != 0x20, !byte.isControl else {
                    throw .badRequest("a byte that a target cannot have")
                }
                walk.bytes.append(byte)
                index += 1
            }
        }
        try walk.endComponent()
        let asksForDirectory = walk.lastWasNoName
        self.init(relative: walk.finish(), asksForDirectory: asksForDirectory)
    }

    /// The name of the file: the last component, empty for the root.
    package var name: ArraySlice<UInt8> {
        let start = relative.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return relative[start...]
    }

    /// The path of `name`, a plain file name, in this directory.
    package func appending(_ name: String) -> TargetPath {
        var bytes = relative
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
        bytes.append(contentsOf: name.utf8)
        return TargetPath(relative: bytes, asksForDirectory: false)
    }

    /// Where the path is in the target: origin-form as a whole, absolute-form after the host; in both up to the query.
    private static func pathRange(_ target: Span<UInt8>) throws(HTTPFailure) -> Range<Int> {
        var start = 0
        guard !target.isEmpty else { throw .badRequest("an empty target") }
        if target[0] != UInt8(ascii: "/") {
            guard let scheme = ["http://", "https://"].first(where: { target.begins(with: $0) }) else {
                throw .badRequest("a target that is neither a path nor an http URI")
            }
            start = scheme.utf8.count
            let host = start
            while start < target.count, Framing.mayBeInHost(target[start]) { start += 1 }
            let atEnd = start == target.count || target[start] == UInt8(ascii: "/") || target[start] == UInt8(ascii: "?")
            guard atEnd, start > host else { throw .badRequest("a URI whose host cannot be") }
        }
        let end = target.firstIndex(of: UInt8(ascii: "?"), in: start..<target.count) ?? target.count
        return start..<end
    }
}

extension Span<UInt8> {
    fileprivate func begins(with lowercased: String) -> Bool {
        count >= lowercased.utf8.count && matches(0..<lowercased.utf8.count, lowercased)
    }
}

/// The components so far, each with a `/` after it, then the bytes of the one being read.
private struct PathWalk {
    var bytes: [UInt8] = []
    private var start = 0
    private(set) var lastWasNoName = true

    mutating func append(decoded byte: UInt8) throws(HTTPFailure) {
        guard byte != 0 else { throw .badRequest("an encoded NUL") }
        guard byte != UInt8(ascii: "/") else { throw HTTPFailure(.notFound, "a file's name has no slash") }
        bytes.append(byte)
    }

    mutating func endComponent() throws(HTTPFailure) {
        let length = bytes.count - start
        lastWasNoName = length <= 2 && bytes[start...].allSatisfy { $0 == UInt8(ascii: ".") }
        if lastWasNoName {
            bytes.removeLast(length)
            if length == 2 { try removeLast() }
        } else {
            bytes.append(UInt8(ascii: "/"))
        }
        start = bytes.count
    }

    private mutating func removeLast() throws(HTTPFailure) {
        guard !bytes.isEmpty else { throw HTTPFailure(.forbidden, "the path leaves the root") }
        bytes.removeLast()
        let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        bytes.removeSubrange((slash.map { $0 + 1 } ?? 0)...)
    }

    func finish() -> [UInt8] { bytes.isEmpty ? [] : Array(bytes.dropLast()) }
}
