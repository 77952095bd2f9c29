import Foundation
import Swirl
import SystemPackage
import Testing

/// The backends that can start here, by name: what tests take as their argument.
enum TestBackend: String, CaseIterable, CustomStringConvertible, Sendable {
    case poll, epoll
    case ioUring = "io_uring"

    static let available = allCases.filter { $0.backend.unavailableBecause() == nil }

    var backend: Backend {
        switch self {
        case .poll: .poll
        case .epoll: .epoll
        case .ioUring: .ioUring
        }
    }

    var description: String { rawValue }
}

/// Runs `body` on a loop of its own and with a folder of its own, and looks afterwards whether a descriptor is left open.
///
/// The task is made here, in the test's context: what it expects in vain is reported as this test's.
func onLoop<T: Sendable>(
    _ backend: TestBackend, options: LoopOptions = LoopOptions(),
    _ body: @escaping @Sendable (isolated Loop, FilePath) async throws -> T
) async throws -> T {
    let folder = try TemporaryFolder()
    return try await Loop.run(backend.backend, options: options) { loop in
        let before = openDescriptors()
        let result = try await body(loop, folder.path)
        // A dropped handle is closed by the loop, maybe in the pool: it has a while for that.
        let deadline = loop.time.advanced(by: .seconds(5))
        var left: Set<String> = []
        repeat {
            left = openDescriptors().subtracting(before)
            if left.isEmpty { return result }
            try await loop.sleep(for: .milliseconds(1))
        } while loop.time < deadline
        throw Leftover(descriptors: left)
    }
}

struct Leftover: Error {
    let descriptors: Set<String>
}

/// This process's open descriptors: number and what it is open on.
func openDescriptors() -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return Set(
        names.compactMap { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")).map { "\(name) \($0)" }
        })
}

/// An empty folder that goes away with its contents.
final class TemporaryFolder: Sendable {
    let path: FilePath

    init() throws {
        let name = "/tmp/swirl-files-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
        path = FilePath(name)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path.string)
    }
}

/// Bytes that tell where they are from.
func pattern(_ count: Int, from start: Int = 0) -> [UInt8] {
    Array(manyBytes[start..<start + count])
}

private let manyBytes = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

extension File {
    /// A new file with these bytes in it.
    static func make(_ path: FilePath, _ bytes: [UInt8]) async throws -> File {
        let file = try await File.open(path, .readWrite, options: [.create, .exclusiveCreate])
        try await file.write(bytes.span, at: 0)
        return file
    }

    func write(_ text: String) async throws {
        try await write(Array(text.utf8).span)
    }

    /// One read at the position.
    func bytes(upTo count: Int = 100) async throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        let got = try await read(into: &span)
        return Array(bytes[..<got])
    }

    func text(upTo count: Int = 100) async throws -> String {
        String(decoding: try await bytes(upTo: count), as: UTF8.self)
    }
}

/// Not inside `#expect`, which takes its expression out of the loop's isolation.
func expectPending<T>(
    _ future: Future<T>, _ comment: Comment? = nil, on loop: isolated Loop = #isolation,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let isDone = future.isDone()
    #expect(!isDone, comment, sourceLocation: sourceLocation)
}

/// What `body` throws.
func failure<T>(_ body: () async throws -> T) async -> (any Error)? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// The error number of what `body` throws.
func errno<T>(_ body: () async throws -> T) async -> Errno? {
    (await failure(body) as? IOError)?.errno
}
