// How a cancellation goes from a task to what it waits for, and on from there.
//
// Tasks that wait for each other may be many: the line is followed in a loop, not by calls that call each other. They may even
// stand in a circle, where nobody could end before the other: then the one whose wait closes the circle has its wait ended.

/// What asking a future to end came to.
enum CancelRequest {
    /// It is done, now or before.
    case over
    /// It is a task, and waits for this, if it waits.
    case asked(Token?)
    /// It is a task that this very cancellation comes from.
    case circle
}

extension AnyFuture {
    /// Cancels a future; asks a task to end, and cancels what it waits for. On the loop's thread.
    final func cancelHere() {
        var future = self
        var waiter: Token?
        var line: [AnyFuture] = []
        while let next = future.cancelOne(waitedForBy: waiter) {
            line.append(future)
            future.isPassingOnCancel = true
            (future, waiter) = next
        }
        for future in line { future.isPassingOnCancel = false }
    }

    /// Cancels this one. The future that it waits for, if it is a task that waits for one, and by which wait.
    private final func cancelOne(waitedForBy waiter: Token?) -> (AnyFuture, Token?)? {
        switch requestCancel() {
        case .over:
            return nil
        case .circle:
            // The flag is set that says why.
            if let waiter { core.finish(waiter, Ending.cancelled) }
            return nil
        case .asked(let token):
            guard let token else { return nil }
            if let slot = unsafe core.slots.find(token), unsafe slot.pointee.state == .parked,
                unsafe slot.pointee.flags.contains(.awaitsFuture), let next = unsafe slot.pointee.future
            {
                unsafe slot.pointee.flags.insert(.cancelled)
                return unsafe (next.takeUnretainedValue(), token)
            }
            core.interrupt(token, .cancelled)
            return nil
        }
    }
}
