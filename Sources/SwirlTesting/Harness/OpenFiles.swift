import CSwirlSystem
import Glibc

/// The descriptors that the process has open, and what they are open on.
enum OpenFiles {
    /// By number: `socket:[4711]`, `anon_inode:[eventpoll]`, a path.
    static func now() -> [Int32: String] {
        guard let directory = unsafe opendir("/proc/self/fd") else { return [:] }
        defer { unsafe closedir(directory) }
        let own = unsafe dirfd(directory)
        var files: [Int32: String] = [:]
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard let number = Int32(name), number != own else { continue }
            files[number] = target(of: number)
        }
        return files
    }

    private static func target(of number: Int32) -> String {
        var text = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink("/proc/self/fd/\(number)", &text, 255)
        return count < 0 ? "?" : String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Fails unless the process may open so many more.
    static func expect(roomFor needed: Int, besides open: Int) throws(ScenarioFailure) {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard needed + open > limit.rlim_cur else { return }
        throw ScenarioFailure(
            "it needs \(needed + open) descriptors, and the limit is \(limit.rlim_cur): raise it, with «ulimit -n» in the shell")
    }

    /// Fails when more, or fewer, are open than before.
    ///
    /// Tried for a second: a thread that is ending, and a ring that the kernel takes down, let go a moment later.
    static func expect(same before: [Int32: String]) throws(ScenarioFailure) {
        var new: [String] = []
        var gone: [String] = []
        for _ in 0..<1000 {
            let after = now()
            new = after.filter { before[$0.key] == nil }.map { "\($0.key) \($0.value)" }
            gone = before.filter { after[$0.key] == nil }.map { "\($0.key) \($0.value)" }
            if new.isEmpty && gone.isEmpty { return }
            usleep(1000)
        }
        throw ScenarioFailure("descriptors: left open \(new.sorted()), closed though not ours \(gone.sorted())")
    }
}

/// Whether what a scenario used is freed afterwards.
final class Witness: @unchecked Sendable {
    // Sendable: written before the scenario begins, read after its end.
    private weak var object: AnyObject?

    func watch(_ object: AnyObject) {
        self.object = object
    }

    /// Tried for a second: the thread that drove the loop may hold it a moment longer.
    func expectGone() throws(ScenarioFailure) {
        for _ in 0..<1000 {
            if object == nil { return }
            usleep(1000)
        }
        throw ScenarioFailure("the loop was closed and dropped, but its core is still referenced")
    }
}
