import SwirlCore

// Whose turn it is to write.
//
// The descriptor's own line (D14) is one operation long: a write of which the kernel took a part would go to its end with
// the rest, and another task's bytes would come between. So a write that waits takes the stream's turn, and keeps it to
// its last byte (ORD-04).

extension TCPStream {
    /// Makes it this write's turn, which `endTurn` ends. 0, or why it never was.
    @inline(__always)
    nonisolated(nonsending) func takeTurn(_ deadline: Int64) async -> Int32 {
        if isWriting {
            let turn = await waitForTurn(deadline)
            if turn < 0 { return turn }
        }
        isWriting = true
        return 0
    }

    /// Waits until no other write is under way, first come, first served. 0, or why the wait ended before.
    @inline(never)
    private nonisolated(nonsending) func waitForTurn(_ deadline: Int64) async -> Int32 {
        let refusal = core.refusal(on: open)
        if refusal < 0 { return await core.refused(refusal) }
        let token = core.park()
        writers.append(token)
        let result = await core.wait(for: token, deadline: deadline)
        if result < 0 { writers.removeAll { $0 == token } }
        return result
    }

    /// Gives the turn to the next in line, who has it from now on, or to nobody.
    @inline(__always)
    func endTurn() {
        if writers.isEmpty { isWriting = false } else { passTurn() }
    }

    private func passTurn() {
        while !writers.isEmpty {
            if core.wake(writers.removeFirst()) { return }
        }
        isWriting = false
    }
}
