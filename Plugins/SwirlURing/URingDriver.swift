#if URing
import CLiburing
import CSwirlSystem
import SwirlCore
import SystemPackage

// io_uring, from the facts about it to what this driver always does.
//
// A SINGLE_ISSUER ring belongs to the thread that enables it, even after that thread has ended, and a request dies with
// the thread that submitted it. So the ring is created disabled, where errors can still be reported, and `attach`
// enables it on the owner's thread; nothing is submitted before.
//
// With DEFER_TASKRUN the kernel finishes requests only inside an enter that asks for events; the default interrupts the
// loop's thread instead, at 8 % of the CPU and more. So every enter asks for events, and a look without a system call
// reads both the completion queue's tail and the flags that tell of deferred or overflowed completions.
//
// An enter costs 130 ns before it does anything. So submissions are only written to the queue, and `wait` sends them all
// with the one enter a turn that also sleeps. The kernel's head says how many it took: no error can lose one.
//
// A full completion queue loses nothing, but the kernel keeps the rest in a list that only an enter empties. So the
// batch is filled from the queue first, and the overflow flag alone is reason enough to enter.
//
// Several operations of one direction on one descriptor end out of order and interleave their bytes. The core's queues
// keep that from happening (D14), and so a send can be tried at once, outside the ring: it costs 0.98 of queueing it
// (less when measured in Swift). A receive is never tried first: it would mostly find nothing.
//
// A receive that picks its buffer when bytes arrive needs no memory while it waits. With incremental buffer rings
// (6.12) the kernel fills a large buffer piece by piece, and a multishot receive stays armed over many messages: the
// cheapest way to receive. Newer kernels end it at a byte limit; where they do not, each receive is armed for itself.
//
// A request may end with EINTR, EAGAIN or -512 to -516, cancelled or not. So the driver keeps each operation until its
// end, and submits it again unless a cancel was asked for (D7).
//
// What the kernel cannot do without blocking goes to threads of its own: 6-7 us of CPU where a direct call takes 1. So
// those operations are declined for the loop's pool, and reads ask the page cache first, with one call of 0.95 us.
@safe
final class URingDriver: Driver {
    static let name = "io_uring"

    let capabilities: Capabilities
    let facts: Facts
    /// The ring, at an address of its own: no exclusivity checks on the way to it.
    let ring: UnsafeMutablePointer<swirl_uring>
    let eventWaker: EventWaker
    var waker: any Waker { eventWaker }

    /// What is in flight, by slot index.
    @exclusivity(unchecked) var table: UnsafeMutablePointer<InFlight>
    @exclusivity(unchecked) var tableCount: UInt32 = 0

    /// When the first of `later` is due; `.max` when there is nothing.
    @exclusivity(unchecked) var nextDue = Int64.max
    /// Writes in flight that can raise SIGPIPE: while there are any, an enter blocks the signal.
    @exclusivity(unchecked) var signallingWrites = 0

    /// What is to be submitted or cancelled later. Mostly empty.
    var later: [Later] = []
    /// The size of the largest buffer in the group: no single receive takes more.
    @exclusivity(unchecked) var largestBuffer: UInt32 = 0
    @exclusivity(unchecked) var cachedReads = CachedReads()
    /// The waker's poll ended and found no room in the queue: `takeUpLater` arms it.
    var wakerUnarmed = false
    private var isShutDown = false

    init(_ options: DriverOptions) throws(BackendError) {
        let facts = try Facts.ofThisKernel()
        let ring = UnsafeMutablePointer<swirl_uring>.allocate(capacity: 1)
        let created = Self.retryingNoMemory { unsafe swirl_uring_create(ring, max(1, options.queueEntries), true) }
        guard created == 0 else {
            unsafe ring.deallocate()
            throw Self.failure(Errno(rawValue: -created))
        }
        do {
            eventWaker = try EventWaker()
        } catch {
            unsafe swirl_uring_destroy(ring)
            unsafe ring.deallocate()
            throw Self.failure(error)
        }
        unsafe self.ring = ring
        self.facts = facts
        capabilities = facts.capabilities
        unsafe table = UnsafeMutablePointer<InFlight>.allocate(capacity: 1)
    }

    /// Rings just closed count against the limit on locked memory until the kernel has freed them, which it does when it
    /// finds time (RES-04): 100 ms are enough for that.
    static func retryingNoMemory(_ create: () -> Int32) -> Int32 {
        var result = create()
        for _ in 0..<20 where result == -ENOMEM {
            usleep(5_000)
            result = create()
        }
        return result
    }

    func attach() throws(Errno) {
        let result = unsafe swirl_uring_enable(ring)
        if result < 0 { throw Errno(rawValue: -result) }
        armWaker()
    }

    func shutDown() {
        if isShutDown { return }
        isShutDown = true
        // SAFETY: nothing is in flight (D9), so the kernel touches neither the ring nor the buffers any more.
        unsafe swirl_uring_destroy(ring)
        unsafe ring.deallocate()
        unsafe table.deallocate()
        unsafe tableCount = 0
        eventWaker.close()
    }

    deinit { shutDown() }
}
#endif
