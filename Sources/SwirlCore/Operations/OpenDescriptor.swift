// A descriptor that a handle (a stream, a listener, a file) has open, and what is under way on it.
//
// Facts. io_uring runs several operations of one direction on one descriptor in any order and interleaves their bytes;
// close(2) does not end what is in flight; the number is free for a stranger the moment it is closed.
//
// So each descriptor has two lines, one a direction, in which operations wait their turn (D14), and a list of those that
// need no turn (files at an offset). Closing refuses new operations, cancels all of these, sees them end, and only then
// gives the number back (D9). See decisions/0001.

import Synchronization

/// One direction's line: the operation under way, and those behind it.
struct DirectionQueue {
    var current = Slot.none
    var head = Slot.none
    var tail = Slot.none
}

@usableFromInline
package final class OpenDescriptor: @unchecked Sendable {
    package enum State: UInt8 {
        case open, closing, closed
    }

    // Sendable: everything mutable here belongs to the loop's owner thread; other threads only hold the reference.
    package let core: LoopCore
    @usableFromInline package let descriptor: Descriptor
    @safe @exclusivity(unchecked) package internal(set) var state = State.open
    @safe @exclusivity(unchecked) var input = DirectionQueue()
    @safe @exclusivity(unchecked) var output = DirectionQueue()
    /// Operations in flight that have no direction to themselves.
    @safe @exclusivity(unchecked) var others = Slot.none
    /// How many slots are in flight, pooled or queued here. Closing waits until there is none.
    @safe @exclusivity(unchecked) var inFlight = 0
    /// Whoever waits in `close`.
    var closeWaiters: [Token] = []

    package init(_ descriptor: Descriptor, core: LoopCore) {
        self.core = core
        self.descriptor = descriptor
        core.openDescriptors.wrappingAdd(1, ordering: .relaxed)
    }

    deinit {
        precondition(state == .closed, "an OpenDescriptor went away open: its handle must close or abandon it")
        core.openDescriptors.wrappingSubtract(1, ordering: .relaxed)
    }

    subscript(direction: Direction) -> DirectionQueue {
        @inline(__always) get { direction == .input ? input : output }
        @inline(__always) set { if direction == .input { input = newValue } else { output = newValue } }
    }

    /// Whether no operation has this direction to itself, so that the next one would start at once.
    @inline(__always)
    package func isIdle(_ direction: Direction) -> Bool {
        (direction == .input ? input : output).current == Slot.none
    }
}
