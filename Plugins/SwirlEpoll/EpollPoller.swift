// Some facts about epoll, and why this poller is the way it is.
//
// epoll watches open files, not descriptor numbers: a registration lives until the last duplicate of the file is closed,
// and goes on delivering events under the number it was made with, which may be somebody else's by then. EPOLL_CTL_DEL by
// number before close(2) would avoid that at the price of a system call for each connection.
//
// Level-triggered, a descriptor that nobody reads from is reported on each wait; so what is wanted must be changed around
// each operation (EPOLLONESHOT or EPOLL_CTL_MOD: +6 % of an echo; adding and deleting: +15 to 42 %). Edge-triggered, it is
// reported once for each change, whatever we do about it.
//
// So every descriptor is added once, for both directions, edge-triggered, and never changed. It leaves when it is closed.
// The cookie carries the number and a generation: an event for an earlier owner of the number has another generation and
// is dropped by the driver, and being an edge it does not come again: a forgotten duplicate cannot spin the loop.
//
// EPOLL_CTL_ADD tells at once what is ready already, so nothing is lost between a call that answered EAGAIN and the
// registration. Regular files answer EPERM: they are always ready, and the driver does not wait for them.
//
// Urgent data (EPOLLPRI) is asked for only to know of it: a receive stops in front of it without having emptied the socket.
//
// The eventfd that wakes the loop is edge-triggered too, and so never has to be read: each write is an edge.

import CSwirlSystem
import SwirlCore
import SwirlReadiness
import SystemPackage

@safe
final class EpollPoller: Poller {
    let tellsChangesOnly = true
    var waker: any Waker { eventWaker }

    private let eventWaker: EventWaker
    private let epoll: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private static let wakerCookie = UInt64.max

    init() throws(Errno) {
        let waker = try EventWaker()
        let epoll = swirl_epoll_create()
        if epoll < 0 { throw Errno(rawValue: -epoll) }
        let added = swirl_epoll_ctl(epoll, EPOLL_CTL_ADD, waker.descriptor, EPOLLIN.rawValue | EPOLLET.rawValue, Self.wakerCookie)
        if added < 0 {
            _ = swirl_close(epoll)
            throw Errno(rawValue: -added)
        }
        eventWaker = waker
        self.epoll = epoll
        unsafe events = .allocate(capacity: 256)
    }

    deinit {
        unsafe events.deallocate()
    }

    func add(_ descriptor: Int32, _ wanted: Readiness, generation: UInt32) -> Int32 {
        let interest = EPOLLIN.rawValue | EPOLLPRI.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        let cookie = UInt64(generation) << 32 | UInt64(UInt32(descriptor))
        let result = swirl_epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, interest, cookie)
        // The number was closed behind our back, but a duplicate keeps its file, and with it our registration, alive.
        return result == -EEXIST ? swirl_epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, interest, cookie) : result
    }

    func change(_ descriptor: Int32, _ wanted: Readiness) {}

    func remove(_ descriptor: Int32) {}

    func wait(timeout: Int64, into ready: inout OutputSpan<ReadinessEvent>) -> Int32 {
        // SAFETY: the kernel writes at most `room` events, and `events` has as many.
        let room = unsafe Int32(min(events.count, ready.freeCapacity))
        let count = unsafe swirl_epoll_wait(epoll, events.baseAddress, room, timeout)
        guard count > 0 else { return count }
        for index in 0..<Int(count) {
            let event = unsafe events[index]
            let cookie = unsafe event.data.u64
            if cookie == Self.wakerCookie { continue }
            unsafe ready.append(
                ReadinessEvent(
                    descriptor: Int32(truncatingIfNeeded: cookie), generation: UInt32(truncatingIfNeeded: cookie >> 32),
                    ready: Self.readiness(event.events)))
        }
        return 0
    }

    private static func readiness(_ events: UInt32) -> Readiness {
        var ready: Readiness = []
        if events & EPOLLIN.rawValue != 0 { ready.insert(.input) }
        if events & EPOLLOUT.rawValue != 0 { ready.insert(.output) }
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { ready.insert(.hangUp) }
        if events & EPOLLPRI.rawValue != 0 { ready.insert(.urgent) }
        return ready
    }

    func close() {
        _ = swirl_close(epoll)
        eventWaker.close()
    }
}
