import CSwirlSystem
import Synchronization
import Testing

@testable import SwirlCore

@Suite struct BlockingPoolTests {
    private final class NoWaker: Waker {
        func wake() {}
    }

    /// What has come back so far.
    private func ended(_ inbox: Inbox) -> [(Token, Int32)] {
        var letters: [Letter] = []
        inbox.takeAll(into: &letters)
        return letters.compactMap { if case .ended(let token, let result) = $0 { (token, result) } else { nil } }
    }

    private func collect(_ inbox: Inbox, _ count: Int) async throws -> [(Token, Int32)] {
        var all: [(Token, Int32)] = []
        for _ in 0..<5000 where all.count < count {
            all += ended(inbox)
            try await Task.sleep(for: .milliseconds(1))
        }
        return all
    }

    @Test func doesWhatItIsGiven() async throws {
        let inbox = Inbox(waker: NoWaker())
        let pool = BlockingPool(threadsMax: 3, callsMax: 1, inbox: inbox)
        for index in 0..<50 as Range<UInt64> {
            unsafe pool.submit(.truncate(Descriptor(-1, .regularFile), size: 0), Token(rawValue: index))
        }
        let all = try await collect(inbox, 50)
        #expect(Set(all.map(\.0.rawValue)) == Set(0..<50))
        #expect(all.allSatisfy { $0.1 == -EBADF })
        #expect(pool.stop(within: .max) == 0)
    }

    /// CAN-08: what has not begun is taken out and never runs; what runs is waited for.
    @Test func aQueuedJobCanBeTakenOut() async throws {
        let inbox = Inbox(waker: NoWaker())
        let pool = BlockingPool(threadsMax: 1, callsMax: 1, inbox: inbox)
        var pipes: [Int32] = [-1, -1]
        #expect(unsafe pipe(&pipes) == 0)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
        defer { unsafe memory.deallocate() }
        // Holds the one thread until a byte comes.
        unsafe pool.submit(.read(Descriptor(pipes[0], .pipe), into: memory, at: -1), Token(rawValue: 1))
        unsafe pool.submit(.truncate(Descriptor(-1, .regularFile), size: 0), Token(rawValue: 2))
        unsafe pool.submit(.truncate(Descriptor(-1, .regularFile), size: 0), Token(rawValue: 3))
        #expect(takesOut(pool, Token(rawValue: 2)))
        #expect(!takesOut(pool, Token(rawValue: 2)))
        #expect(!takesOut(pool, Token(rawValue: 77)))
        var byte: UInt8 = 1
        #expect(unsafe write(pipes[1], &byte, 1) == 1)
        let all = try await collect(inbox, 2)
        #expect(all.map(\.0.rawValue) == [1, 3])
        #expect(!takesOut(pool, Token(rawValue: 3)))
        #expect(pool.stop(within: .max) == 0)
        for number in pipes { _ = swirl_close(number) }
    }

    /// However many calls hang, an operation finds a thread; and more calls than the limit wait.
    @Test func callsLeaveThreadsToOperations() async throws {
        let inbox = Inbox(waker: NoWaker())
        let pool = BlockingPool(threadsMax: 1, callsMax: 2, inbox: inbox)
        let gate = Monitor()
        nonisolated(unsafe) var (isOpen, begun) = (false, 0)
        for index in 0..<5 as Range<UInt64> {
            Task(executorPreference: BlockingCall(Token(rawValue: index), pool)) {
                gate.locked {
                    unsafe begun += 1
                    while unsafe !isOpen { gate.wait() }
                }
            }
        }
        unsafe pool.submit(.truncate(Descriptor(-1, .regularFile), size: 0), Token(rawValue: 100))
        let operation = try await collect(inbox, 1)
        #expect(operation.map(\.0.rawValue) == [100])
        for _ in 0..<5000 where gate.locked({ unsafe begun < 2 }) { try await Task.sleep(for: .milliseconds(1)) }
        // A thread that has done an operation looks for more work, and must find none.
        for index in 101..<150 as Range<UInt64> {
            unsafe pool.submit(.truncate(Descriptor(-1, .regularFile), size: 0), Token(rawValue: index))
            #expect(try await collect(inbox, 1).count == 1)
        }
        #expect(gate.locked { unsafe begun } == 2)
        gate.locked { unsafe isOpen = true }
        gate.broadcast()
        let calls = try await collect(inbox, 5)
        #expect(Set(calls.map(\.0.rawValue)) == Set(0..<5))
        #expect(pool.stop(within: .max) == 0)
    }

    /// A running operation is waited for; a running call is abandoned, and its result goes nowhere.
    @Test func aRunningCallIsAbandoned() async throws {
        let inbox = Inbox(waker: NoWaker())
        let gate = Monitor()
        nonisolated(unsafe) var (isOpen, begun) = (false, false)
        weak var gone: BlockingPool?
        do {
            let pool = BlockingPool(threadsMax: 1, callsMax: 1, inbox: inbox)
            gone = pool
            Task(executorPreference: BlockingCall(Token(rawValue: 1), pool)) {
                gate.locked {
                    unsafe begun = true
                    while unsafe !isOpen { gate.wait() }
                }
            }
            for _ in 0..<5000 where gate.locked({ unsafe !begun }) { try await Task.sleep(for: .milliseconds(1)) }
            #expect(takesOut(pool, Token(rawValue: 1)))
            #expect(!takesOut(pool, Token(rawValue: 1)))
            #expect(pool.stop(within: 1_000_000) == 1)
        }
        gate.locked { unsafe isOpen = true }
        gate.broadcast()
        // Its thread holds the pool until it has ended, and has posted by then what it would.
        for _ in 0..<5000 where gone != nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(gone == nil)
        #expect(ended(inbox).isEmpty)
    }

    private func takesOut(_ pool: BlockingPool, _ token: Token) -> Bool {
        if case .ended = pool.cancel(token) { true } else { false }
    }

    @Test func stopsWithoutEverHavingRun() {
        let pool = BlockingPool(threadsMax: 1, callsMax: 1, inbox: Inbox(waker: NoWaker()))
        #expect(pool.stop(within: .max) == 0)
    }

    /// Where no thread can be had at all, nobody would ever come for the job.
    @Test func withoutAThreadAJobEndsAtOnce() async throws {
        let inbox = Inbox(waker: NoWaker())
        let pool = BlockingPool(threadsMax: 1, callsMax: 1, inbox: inbox) { _ in nil }
        unsafe pool.submit(.truncate(Descriptor(-1, .regularFile), size: 0), Token(rawValue: 1))
        #expect(ended(inbox).map(\.1) == [-EAGAIN])
        // A close is done all the same: the number would be lost.
        var pipes: [Int32] = [-1, -1]
        #expect(unsafe pipe(&pipes) == 0)
        unsafe pool.submit(.close(Descriptor(pipes[0], .regularFile)), Token(rawValue: 2))
        #expect(ended(inbox).map(\.1) == [0])
        #expect(swirl_close(pipes[0]) == -EBADF)
        _ = swirl_close(pipes[1])
        // A call's task ends without having called.
        nonisolated(unsafe) var hasRun = false
        let call = BlockingCall(Token(rawValue: 3), pool)
        let task = Task(executorPreference: call) { unsafe hasRun = !call.isAbandoned }
        var letters: [Letter] = []
        inbox.takeAll(into: &letters)
        #expect(letters.count == 2)
        guard case .job(let entry) = letters[0], case .ended(Token(rawValue: 3), -EAGAIN) = letters[1] else {
            Issue.record("\(letters)")
            return
        }
        unsafe entry.job.runSynchronously(on: call.asUnownedTaskExecutor())
        await task.value
        #expect(unsafe !hasRun)
        #expect(pool.stop(within: 0) == 0)
    }
}
