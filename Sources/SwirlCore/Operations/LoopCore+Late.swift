// What becomes of a loop's streams, descriptors and leases on other threads, when the loop takes no letters any more.
//
// Facts. A chunk, a stream or a listener may end on any thread, and at any time. From some point of its close on a loop's inbox
// refuses; but its own thread goes on for as long as operations and the pool's calls take, with its driver and its buffers. And
// when that is over there may be two threads that end two chunks of one stream at once.
//
// So no thread ever takes what the inbox refuses into its own hands: the rescue thread does it. It comes when the loop's thread
// has done its last, it passes for the owner, and it does one thing at a time. What belongs to the owner thread stays so, and
// needs no lock.

extension LoopCore {
    /// Has `body` called where the loop's things may be touched: now if this is the owner thread, else there or, when the loop is
    /// closed, on the rescue thread. From any thread; it is never refused.
    func callEventually(_ body: @escaping (LoopCore) -> Void) {
        if isOnOwnerThread { return body(self) }
        let call = RemoteCall(body)
        if !postHolding(.run(call)) { RescueThread.shared.run(.callback(Handle { [self] in call.run(self) }), of: self) }
    }
}
