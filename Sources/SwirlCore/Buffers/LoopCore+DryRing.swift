// Who waits for a buffer of a kernel's ring that ran dry.
//
// Facts. When 64 connections receive 64 KiB at the same time, and each at once, that is 64 buffers, and 4 MiB: more than the
// nearest caches hold, so what was received first is fetched again when it is sent on. It costs an echo 13 %, in C too
// (`echo_uring` with 128 buffers and with 32). With 32, or with 16, half of the connections find the ring dry; armed
// again when the first half has given its buffers back, they get the same memory, still in the cache. But who is armed gets
// his bytes before those who are armed already, and if they all are, the others all find it dry: 0.9 times a message, when
// as many are armed as there are buffers, and 0.4 times when half as many are.
//
// So: a receive that found the ring dry stands in line. When the tasks that have received have run, and before the loop asks
// the driver again, some of the line are armed, half as many as there are buffers. The ring grows only when hardly any
// came back, because who received holds them for longer; at its limit the bytes come the other way (ReceiveQueue.swift).

extension LoopCore {
    /// How many buffers there should be to go round.
    private static let buffersMin = 8

    /// Puts a receive that found the ring dry at the end of the line.
    func waitForBuffer(_ queue: ReceiveQueue) { dryQueues.append(queue) }

    /// Arms those who have stood in line longest.
    func armDryQueues() {
        var count = buffers.fillable
        while count < min(dryQueues.count, Self.buffersMin), growKernelBuffers() { count += 1 }
        let leaving = count == 0 ? dryQueues.count : min(dryQueues.count, max(1, count / 2))
        // In place: a copy of them would be an allocation in each turn.
        for index in 0..<leaving { dryQueues[index].leaveLine(isStarved: count == 0) }
        dryQueues.removeFirst(leaving)
    }
}
