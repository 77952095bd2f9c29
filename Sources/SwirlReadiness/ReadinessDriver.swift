// A driver over any poller: it makes completions out of readiness.
//
// Facts. A system call that would have to wait answers EAGAIN and costs 0.3 us for nothing. A descriptor that was once
// added to an edge-triggered poller costs nothing more; adding and removing it around each operation costs 15 to 42 % of an
// echo. A receive that got less than it asked for has emptied the socket: the next bytes make a new edge. That is not so
// after the peer has shut down or the descriptor has failed: then there may be no further edge, and asking always answers.
// Nor is it so when urgent data is among the bytes, for a receive stops in front of it; nor for what is read and not
// received: a terminal gives one line at a time, a packet pipe one packet, inotify whole events.
//
// So: a send is always tried first; a receive only when the descriptor is known to be readable. What would have to wait is
// put down in the descriptor's watch and tried again when the poller says so. A short receive clears «readable», unless the
// descriptor has hung up or had urgent data; a read clears it by EAGAIN only. The first operation that has to wait adds the
// descriptor to the poller, which tells at once if it is ready already, so nothing between is missed.
//
// The core never gives a driver two operations of one direction on one descriptor (D14), so a watch has two places, and
// there is no queue here. Files are never «not ready»: a read is tried with RWF_NOWAIT and ends inline when the page cache
// has it; everything else about files is declined (D10).

import CSwirlSystem
public import SwirlCore
public import SystemPackage

/// A driver over a `Poller`: it makes completions out of readiness, by trying again what would have had to wait.
///
/// For backends whose mechanism says when a descriptor is ready. They bring six methods; waiting, cancelling, closing and the
/// rest of the driver contract are here:
///
/// ```swift
/// extension Backend {
///     public static var mine: Backend {
///         Backend(name: "mine") { _ throws(BackendError) in ReadinessDriver(try MyPoller()) }
///     }
/// }
/// ```
@safe
public final class ReadinessDriver: Driver {
    public let capabilities: Capabilities
    public var waker: any Waker { poller.waker }

    let poller: any Poller
    let tellsChangesOnly: Bool
    @safe @exclusivity(unchecked) var watches = WatchTable()
    @safe @exclusivity(unchecked) var numbers = NumberTable()
    /// Completions that did not come from the poller (cancelled operations), or did not fit the batch.
    @safe @exclusivity(unchecked) var backlog: [Completion] = []
    /// Descriptors to look at again without being told: multishot operations that were cut short.
    @safe @exclusivity(unchecked) var again: [Int32] = []
    /// Descriptors whose operation has ended: if none follows, a poller that tells everything must be told.
    @safe @exclusivity(unchecked) var stale = NumberList()
    /// Connects to a full AF_UNIX backlog, which no readiness ever announces (D7).
    @safe @exclusivity(unchecked) var retries = RetryList()
    @safe @exclusivity(unchecked) var cachedReads = CachedReads()
    private let events: UnsafeMutableBufferPointer<ReadinessEvent>
    /// What of them has not been looked at.
    @safe @exclusivity(unchecked) private var left = 0..<0
    /// How many are looked at in one wait: what they touch is still in the processor's nearest cache when its tasks run.
    private static let pieceCount = 64
    private var isShutDown = false

    /// A driver that has the poller to itself, and closes it with `shutDown` or when it goes.
    public init(_ poller: any Poller) {
        self.poller = poller
        tellsChangesOnly = poller.tellsChangesOnly
        capabilities = Self.describe(poller)
        unsafe events = .allocate(capacity: LoopCore.completionsMax)
    }

    deinit {
        shutDown()
        unsafe events.deallocate()
    }

    public func attach() throws(Errno) {}

    public func shutDown() {
        if isShutDown { return }
        isShutDown = true
        poller.close()
    }

    // MARK: Waiting

    public func wait(until deadline: Deadline, into batch: inout OutputSpan<Completion>) throws(Errno) {
        if !backlog.isEmpty { takeBacklog(into: &batch) }
        if !stale.isEmpty { tellChanges() }
        if left.isEmpty { try ask(until: batch.isEmpty && again.isEmpty ? deadline : .now) }
        // No more of them than there is room for completions: what does not fit would be a round late from then on.
        let end = min(left.upperBound, left.lowerBound + min(Self.pieceCount, max(1, batch.freeCapacity)))
        for index in left.lowerBound..<end {
            if index + 8 < end { unsafe watches.prefetch(events[index + 8].descriptor) }
            unsafe noticed(events[index], &batch)
        }
        left = end..<left.upperBound
        if !again.isEmpty { lookAgain(&batch) }
        if !retries.isEmpty { retryConnects(&batch) }
    }

    // Inlined, because it is on the way out of a system call: see swirl_direct.h.
    @inline(__always)
    private func ask(until deadline: Deadline) throws(Errno) {
        var timeout = timeout(until: deadline)
        if !retries.isEmpty, let retry = retries.next { timeout = min(timeout < 0 ? .max : timeout, max(0, retry - now)) }
        // SAFETY: the events are this driver's, and trivial.
        var ready = unsafe OutputSpan(buffer: events, initializedCount: 0)
        let result = poller.wait(timeout: timeout, into: &ready)
        left = unsafe 0..<ready.finalize(for: events)
        if result < 0 && result != -EINTR { throw Errno(rawValue: -result) }
    }

    private func timeout(until deadline: Deadline) -> Int64 {
        switch deadline {
        case .now: return 0
        case .never: return -1
        case .at(let nanoseconds):
            let now = now
            return nanoseconds > now ? nanoseconds - now : 0
        }
    }

    func takeBacklog(into batch: inout OutputSpan<Completion>) {
        let count = min(backlog.count, batch.freeCapacity)
        for completion in backlog[..<count] { batch.append(completion) }
        backlog.removeFirst(count)
    }

    /// Tells a poller that tells everything what is wanted now of those whose operation has ended.
    private func tellChanges() {
        for index in 0..<stale.count {
            let number = stale[index]
            let watch = unsafe watches[number]
            unsafe watch.pointee.flags.remove(.stale)
            // An echo that waits for the same socket again wants what it wanted.
            if unsafe watch.pointee.flags.contains(.added), unsafe watch.pointee.wanted != watch.pointee.told { tell(number) }
        }
        stale.removeAll()
    }

    /// Tells the poller what is wanted of a descriptor that is added.
    func tell(_ number: Int32) {
        let watch = unsafe watches[number]
        let wanted = unsafe watch.pointee.wanted
        unsafe watch.pointee.told = wanted
        poller.change(number, wanted)
    }
}

extension Watch {
    var wanted: Readiness {
        var wanted: Readiness = []
        if input != nil { wanted.insert(.input) }
        if output != nil { wanted.insert(.output) }
        return wanted
    }
}
