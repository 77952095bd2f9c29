/// Whose turn it is to write to a stream.
///
/// The descriptor's own line (D14) is one operation long: a write that the kernel took only a part of goes to its end with
/// the rest, and another task's bytes come between. So a whole write takes this turn first, and keeps it to its last byte.
package final class OutputLine: @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread.
    @safe @exclusivity(unchecked) package private(set) var isTaken = false
    @safe @exclusivity(unchecked) private var waiters: [Token] = []

    package init() {}

    /// Takes the turn, first come, first served. 0, or why the wait for it ended before.
    @inline(__always)
    package nonisolated(nonsending) func take(_ core: LoopCore, deadline: Int64) async -> Int32 {
        if !isTaken {
            isTaken = true
            return 0
        }
        return await wait(core, deadline)
    }

    @inline(never)
    private nonisolated(nonsending) func wait(_ core: LoopCore, _ deadline: Int64) async -> Int32 {
        let refusal = core.refusal(on: nil)
        if refusal < 0 { return refusal }
        let token = core.park()
        waiters.append(token)
        let result = await core.wait(for: token, deadline: deadline)
        if result < 0 { waiters.removeAll { $0 == token } }
        return result
    }

    /// Gives the turn to the next in line, who has it from now on, or to nobody.
    @inline(__always)
    package func giveUp(_ core: LoopCore) {
        while !waiters.isEmpty {
            if core.wake(waiters.removeFirst()) { return }
        }
        isTaken = false
    }
}
