// Some facts about poll, and why this poller is the way it is.
//
// poll(2) takes the whole list of descriptors on each call and goes through all of it: at 1,000 descriptors a call costs
// 37 us however few are ready. It is level-triggered: what is ready and wanted is reported until it is dealt with. POLLHUP
// and POLLERR are reported whether wanted or not, so a descriptor that has hung up must leave the list while nobody waits
// on it, or every call returns at once.
//
// So the list is dense and holds just the descriptors on which an operation waits; one that is wanted for nothing is taken
// out by moving the last into its place. The driver tells changes late, in the next wait: an echo server that waits for the
// same socket again in the same turn changes nothing.
//
// poll(2) refuses a list that is longer than the limit of open files, which may be lowered below what is open, and any list
// when memory is short. Neither ends the loop: see PollPoller+Refused.swift.
//
// Each descriptor costs a wait that sleeps a place in one more queue, an eventfd 4 % of an echo for one client. A process with
// one thread has nobody who could write to the waker's: there it stays out of the list (EventWaker.isOutOfReach).
//
// A number that is not open is reported as POLLNVAL on each call, and never blocks: it leaves the list at once, with its
// operations failed (FD-02).

import CSwirlSystem
import SwirlCore
import SwirlReadiness
import SystemPackage

final class PollPoller: Poller {
    let tellsChangesOnly = false
    var waker: any Waker { eventWaker }

    private let eventWaker: EventWaker
    /// The list for the kernel; the first is the waker's.
    @safe @exclusivity(unchecked) var list = PollList()
    /// Where each descriptor number is in the list; 0 when it is not.
    @safe @exclusivity(unchecked) private var places: [Int32] = []
    /// The generation of each watched number, in the list or not.
    @safe @exclusivity(unchecked) private var watched: [UInt32] = []
    /// Where the next look at the list begins: where the last one stopped for want of room, so that none is starved (RDY-12),
    /// else where it found the first, which is where the next is likely to be.
    @safe @exclusivity(unchecked) private var cursor = 1

    init() throws(Errno) {
        eventWaker = try EventWaker()
        list.append(eventWaker.descriptor, Int16(POLLIN), generation: 0)
    }

    func add(_ descriptor: Int32, _ wanted: Readiness, generation: UInt32) -> Int32 {
        let number = Int(descriptor)
        if number >= places.count {
            let more = max(64, number + 1 - places.count)
            places.append(contentsOf: repeatElement(0, count: more))
            watched.append(contentsOf: repeatElement(0, count: more))
        }
        watched[number] = generation
        change(descriptor, wanted)
        return 0
    }

    func change(_ descriptor: Int32, _ wanted: Readiness) {
        let place = Int(places[Int(descriptor)])
        if wanted.isEmpty {
            if place > 0 { takeOut(place) }
        } else if place > 0 {
            list[place].events = Self.events(wanted)
        } else {
            places[Int(descriptor)] = Int32(list.count)
            list.append(descriptor, Self.events(wanted), generation: watched[Int(descriptor)])
        }
    }

    func remove(_ descriptor: Int32) {
        let place = Int(places[Int(descriptor)])
        if place > 0 { takeOut(place) }
    }

    private func takeOut(_ place: Int) {
        places[Int(list[place].fd)] = 0
        if let moved = list.remove(place) { places[Int(moved)] = Int32(place) }
    }

    func wait(timeout: Int64, into ready: inout OutputSpan<ReadinessEvent>) -> Int32 {
        let skipped = eventWaker.isOutOfReach ? 1 : 0
        // Where it is skipped the kernel does not say so.
        list[0].revents = 0
        // SAFETY: the kernel writes into the entries of the list and nowhere else.
        let count = unsafe swirl_poll(list.entries + skipped, list.count - skipped, timeout)
        if count > 0 {
            tell(count, into: &ready)
        } else if count < 0 && count != -EINTR {
            return waitRefused(count, timeout: timeout, into: &ready)
        }
        return count < 0 ? count : 0
    }

    /// Appends events for those of the list, `count` in number, of which the kernel has told something.
    @inline(__always)
    func tell(_ count: Int32, into ready: inout OutputSpan<ReadinessEvent>) {
        var left = count
        if list[0].revents != 0 {
            eventWaker.drain()
            left -= 1
        }
        let end = list.count
        var place = cursor < end ? cursor : 1
        var first = 0
        for _ in 1..<max(1, end) {
            guard left > 0, ready.freeCapacity > 0 else { break }
            let entry = list[place]
            if entry.revents != 0 {
                left -= 1
                if first == 0 { first = place }
                ready.append(
                    ReadinessEvent(
                        descriptor: entry.fd, generation: list.generation(place), ready: Self.readiness(entry.revents)))
            }
            place += 1
            if place == end { place = 1 }
        }
        cursor = left > 0 ? place : max(1, first)
    }

    private static func events(_ wanted: Readiness) -> Int16 {
        var events: Int32 = 0
        if wanted.contains(.input) { events |= POLLIN | SWIRL_POLLRDHUP }
        if wanted.contains(.output) { events |= POLLOUT }
        return Int16(events)
    }

    private static func readiness(_ events: Int16) -> Readiness {
        let events = Int32(events)
        var ready: Readiness = []
        if events & POLLIN != 0 { ready.insert(.input) }
        if events & POLLOUT != 0 { ready.insert(.output) }
        if events & (SWIRL_POLLRDHUP | POLLHUP | POLLERR) != 0 { ready.insert(.hangUp) }
        if events & POLLNVAL != 0 { ready.insert(.invalid) }
        return ready
    }

    func close() {
        eventWaker.close()
    }
}
