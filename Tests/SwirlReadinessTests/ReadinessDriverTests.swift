import CSwirlSystem
import SwirlCore
import SystemPackage
import Testing

@testable import SwirlReadiness

@Suite struct ReadinessDriverTests {
    /// Two connected sockets, closed at the end, and a driver over a scripted poller.
    @safe
    private final class Fixture {
        let poller: ScriptedPoller
        let driver: ReadinessDriver
        let a: Int32
        let b: Int32
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)

        init(tellsChangesOnly: Bool) {
            poller = ScriptedPoller(tellsChangesOnly: tellsChangesOnly)
            driver = ReadinessDriver(poller)
            var both: [Int32] = [-1, -1]
            _ = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &both)
            (a, b) = (both[0], both[1])
        }

        deinit {
            unsafe memory.deallocate()
            _ = swirl_close(a)
            _ = swirl_close(b)
        }

        func receive(_ token: UInt64) -> Disposition {
            unsafe driver.submit(.receive(Descriptor(a, .socket), into: memory), as: Token(rawValue: token))
        }

        func event(_ ready: Readiness, generation: UInt32? = nil) -> ReadinessEvent {
            ReadinessEvent(descriptor: a, generation: generation ?? poller.generations[a]!, ready: ready)
        }

        func wait(_ deadline: Deadline = .now) throws -> [Completion] {
            let room = UnsafeMutableBufferPointer<Completion>.allocate(capacity: 16)
            defer { unsafe room.deallocate() }
            var batch = unsafe OutputSpan(buffer: room, initializedCount: 0)
            try driver.wait(until: deadline, into: &batch)
            let count = unsafe batch.finalize(for: room)
            return unsafe Array(room[..<count])
        }

        func send(_ text: String) {
            _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe swirl_send(b, $0.baseAddress, $0.count) }
        }
    }

    private func isInFlight(_ disposition: Disposition) -> Bool {
        if case .inFlight = disposition { return true }
        return false
    }

    /// FD-03, FD-04: the generation tells an event of the number's earlier owner.
    @Test(arguments: [true, false])
    func anEventOfAnEarlierOwnerIsDropped(tellsChangesOnly: Bool) throws {
        let fixture = Fixture(tellsChangesOnly: tellsChangesOnly)
        #expect(isInFlight(fixture.receive(1)))
        let old = try #require(fixture.poller.generations[fixture.a])
        fixture.driver.cancel(Token(rawValue: 1))
        #expect(try fixture.wait().map(\.result) == [-ECANCELED])
        // What a close does, without giving the number away.
        fixture.driver.forget(fixture.a)
        #expect(isInFlight(fixture.receive(2)))
        fixture.send("new")
        fixture.poller.script = [[fixture.event(.input, generation: old)], [fixture.event(.input)]]
        #expect(try fixture.wait().isEmpty, "the old event reached the new owner")
        let all = try fixture.wait()
        #expect(all.map(\.token.rawValue) == [2])
        #expect(all.map(\.result) == [3])
    }

    /// What no completion fits for is looked at in the next wait, which does not ask the poller again before.
    @Test func whatDoesNotFitComesNext() throws {
        let fixture = Fixture(tellsChangesOnly: true)
        #expect(isInFlight(fixture.receive(1)))
        fixture.send("x")
        let stranger = ReadinessEvent(descriptor: fixture.b, generation: 0, ready: .input)
        fixture.poller.script = [Array(repeating: stranger, count: 16) + [fixture.event(.input)]]
        #expect(try fixture.wait().isEmpty, "there is room for 16")
        #expect(try fixture.wait(.never).map(\.token.rawValue) == [1])
        #expect(fixture.poller.rooms.count == 1)
        _ = try fixture.wait()
        #expect(fixture.poller.rooms.count == 2)
    }

    /// RDY-07: readiness without bytes leaves the operation waiting.
    @Test func spuriousReadinessGoesOnWaiting() throws {
        let fixture = Fixture(tellsChangesOnly: true)
        #expect(isInFlight(fixture.receive(1)))
        fixture.poller.script = [[fixture.event(.input)], [fixture.event([.input, .output])]]
        #expect(try fixture.wait().isEmpty)
        fixture.send("x")
        #expect(try fixture.wait().map(\.result) == [1])
    }

    /// A short read has emptied the socket: the next one waits without a call, unless the peer has hung up.
    @Test func aShortReadClearsReadable() throws {
        let fixture = Fixture(tellsChangesOnly: true)
        #expect(isInFlight(fixture.receive(1)))
        fixture.send("abc")
        fixture.poller.script = [[fixture.event(.input)]]
        #expect(try fixture.wait().count == 1)
        fixture.send("def")
        #expect(isInFlight(fixture.receive(2)), "no edge has told of it")
        fixture.poller.script = [[fixture.event([.input, .hangUp])]]
        #expect(try fixture.wait().map(\.result) == [3])
        fixture.send("g")
        guard case .ended(1) = fixture.receive(3) else {
            Issue.record("after a hang-up asking is never in vain")
            return
        }
    }

    /// RDY-10: a receive stops in front of urgent data, so a short one has not emptied the socket.
    @Test func aShortReadAfterUrgentDataLeavesReadable() throws {
        let fixture = Fixture(tellsChangesOnly: true)
        #expect(isInFlight(fixture.receive(1)))
        fixture.send("abc")
        fixture.poller.script = [[fixture.event([.input, .urgent])]]
        #expect(try fixture.wait().map(\.result) == [3])
        fixture.send("de")
        guard case .ended(2) = fixture.receive(2) else {
            Issue.record("no edge tells of it")
            return
        }
        #expect(isInFlight(fixture.receive(3)), "EAGAIN clears it all the same")
        fixture.send("f")
        #expect(try fixture.wait().isEmpty)
        fixture.driver.cancel(Token(rawValue: 3))
        #expect(try fixture.wait().map(\.result) == [-ECANCELED])
    }

    /// Urgent data alone is nothing to receive.
    @Test func urgentDataAloneEndsNothing() throws {
        let fixture = Fixture(tellsChangesOnly: true)
        #expect(isInFlight(fixture.receive(1)))
        fixture.send("abc")
        fixture.poller.script = [[fixture.event(.urgent)], [fixture.event(.input)]]
        #expect(try fixture.wait().isEmpty)
        #expect(try fixture.wait().map(\.result) == [3])
    }

    /// A number that the poller holds is closed once: the second time it would be a stranger's.
    @Test func thePollerIsClosedOnce() {
        let poller = ScriptedPoller(tellsChangesOnly: true)
        do {
            let driver = ReadinessDriver(poller)
            driver.shutDown()
            driver.shutDown()
        }
        #expect(poller.closes == 1)
        let dropped = ScriptedPoller(tellsChangesOnly: true)
        _ = ReadinessDriver(dropped)
        #expect(dropped.closes == 1)
    }

    /// A poller that tells everything is told what is wanted, and no more than that.
    @Test func aLevelTriggeredPollerIsToldChanges() throws {
        let fixture = Fixture(tellsChangesOnly: false)
        #expect(isInFlight(fixture.receive(1)))
        #expect(fixture.poller.asked == ["add \(fixture.a) 1"])
        fixture.send("abc")
        fixture.poller.script = [[fixture.event(.input)]]
        _ = try fixture.wait()
        // The same descriptor again in the same turn: nothing has to be told apart from what is wanted still.
        #expect(isInFlight(fixture.receive(2)))
        _ = try fixture.wait()
        #expect(fixture.poller.asked.dropFirst().allSatisfy { $0 == "change \(fixture.a) 1" })
        fixture.driver.cancel(Token(rawValue: 2))
        _ = try fixture.wait()
        _ = try fixture.wait()
        #expect(fixture.poller.asked.last == "change \(fixture.a) 0", "RDY-02: a HUP would spin")
    }

    /// RDY-09: what cannot be waited for is an error for a socket's operation.
    @Test func whatCannotBeWatchedFailsInline() {
        let fixture = Fixture(tellsChangesOnly: true)
        fixture.poller.addResult = -EPERM
        guard case .ended(-EPERM) = fixture.receive(1) else {
            Issue.record("it should fail inline")
            return
        }
        fixture.driver.cancel(Token(rawValue: 1))
    }

    /// FD-02: POLLNVAL fails what waits, and takes the number out.
    @Test func anInvalidNumberFailsWhatWaits() throws {
        let fixture = Fixture(tellsChangesOnly: false)
        #expect(isInFlight(fixture.receive(1)))
        fixture.poller.script = [[fixture.event(.invalid)]]
        #expect(try fixture.wait().map(\.result) == [-EBADF])
        #expect(fixture.poller.asked.contains("remove \(fixture.a)"))
    }

    /// FD-02: closed behind our back with an operation pending, then made again by a call of the driver's own.
    @Test(arguments: [true, false]) func aNumberThatComesBackFailsWhatWaited(tellsChangesOnly: Bool) throws {
        let fixture = Fixture(tellsChangesOnly: tellsChangesOnly)
        #expect(isInFlight(fixture.receive(1)))
        #expect(isInFlight(unsafe fixture.driver.submit(.poll(Descriptor(fixture.a, .socket), .input), as: Token(rawValue: 2))))
        #expect(try ends(fixture) == ["1 \(-EBADF)"])
        fixture.driver.forget(fixture.a)
        fixture.driver.cancel(Token(rawValue: 2))
        #expect(try ends(fixture) == ["2 \(-EBADF)"], "one end, and only one")
        fixture.driver.forget(fixture.a)
        #expect(try ends(fixture).isEmpty)
        #expect(isInFlight(fixture.receive(3)), "the new owner")
        fixture.send("new")
        fixture.poller.script = [[fixture.event(.input)]]
        #expect(try ends(fixture) == ["3 3"])
    }

    private func ends(_ fixture: Fixture) throws -> [String] {
        try fixture.wait().map { "\($0.token.rawValue) \($0.result)" }
    }

    @Test func deadlinesBecomeTimeouts() throws {
        let fixture = Fixture(tellsChangesOnly: true)
        _ = try fixture.wait(.now)
        _ = try fixture.wait(.never)
        _ = try fixture.wait(.at(nanoseconds: .min))
        _ = try fixture.wait(.at(nanoseconds: .max))
        #expect(fixture.poller.timeouts[0] == 0)
        #expect(fixture.poller.timeouts[1] < 0)
        #expect(fixture.poller.timeouts[2] == 0)
        #expect(fixture.poller.timeouts[3] > 1_000_000_000_000)
    }
}
