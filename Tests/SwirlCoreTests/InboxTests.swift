import SwirlTesting
import Synchronization
import Testing

@testable import SwirlCore

@Suite struct InboxTests {
    private final class CountingWaker: Waker {
        let count = Atomic<Int>(0)
        let waysGiven = Atomic<Int>(0)
        func giveWay() { waysGiven.wrappingAdd(1, ordering: .relaxed) }
        func wake() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    }

    private func take(_ inbox: Inbox) -> [UInt64] {
        var letters: [Letter] = []
        inbox.takeAll(into: &letters)
        return letters.compactMap { if case .cancel(let token) = $0 { token.rawValue } else { nil } }
    }

    @Test func lettersComeOutInOrder() {
        let inbox = Inbox(waker: CountingWaker())
        for index in 0..<10 as Range<UInt64> { #expect(inbox.post(.cancel(Token(rawValue: index)))) }
        #expect(inbox.hasLetters)
        #expect(take(inbox) == Array(0..<10))
        #expect(!inbox.hasLetters)
    }

    @Test func wakesASleeperOnce() {
        let waker = CountingWaker()
        let inbox = Inbox(waker: waker)
        _ = inbox.post(.cancel(Token(rawValue: 1)))
        #expect(waker.count.load(ordering: .relaxed) == 0, "it is awake")
        #expect(!inbox.prepareToSleep(), "there is a letter")
        _ = take(inbox)
        #expect(inbox.prepareToSleep())
        for index in 0..<5 as Range<UInt64> { _ = inbox.post(.cancel(Token(rawValue: index))) }
        #expect(waker.count.load(ordering: .relaxed) == 1, "WAK-04: one wake a sleep")
        inbox.wokeUp()
        #expect(inbox.hasLetters)
        #expect(take(inbox).count == 5)
        #expect(inbox.prepareToSleep())
        inbox.wokeUp()
        #expect(!inbox.hasLetters)
    }

    /// Once for many letters, where there is time; never for a few.
    @Test func givesWayBeforeItSleeps() {
        let waker = CountingWaker()
        let inbox = Inbox(waker: waker)
        func waysGiven(after letters: UInt64, hasTime: Bool) -> Int {
            let before = waker.waysGiven.load(ordering: .relaxed)
            for index in 0..<letters { _ = inbox.post(.cancel(Token(rawValue: index))) }
            #expect(take(inbox).count == Int(letters))
            for _ in 0..<2 {
                #expect(inbox.prepareToSleep(hasTime: hasTime))
                inbox.wokeUp()
            }
            return waker.waysGiven.load(ordering: .relaxed) - before
        }
        #expect(waysGiven(after: 2, hasTime: true) == 0)
        #expect(waysGiven(after: 100, hasTime: true) == 1)
        #expect(waysGiven(after: 100, hasTime: false) == 0)
    }

    @Test func refusesAfterTheClose() {
        let inbox = Inbox(waker: CountingWaker())
        _ = inbox.post(.cancel(Token(rawValue: 1)))
        #expect(inbox.close().count == 1)
        #expect(!inbox.post(.cancel(Token(rawValue: 2))))
        #expect(inbox.close().isEmpty)
    }

    /// WAK-01: whatever the interleaving, a loop that sleeps has nothing in its inbox, or was woken.
    @Test(.timeLimit(.minutes(1))) func noLetterIsSleptOver() async {
        let waker = CountingWaker()
        let inbox = Inbox(waker: waker)
        let total = 20_000
        async let posts: Void = withTaskGroup(of: Void.self) { group in
            for thread in 0..<2 {
                group.addTask {
                    for index in 0..<total / 2 { _ = inbox.post(.cancel(Token(rawValue: UInt64(thread * total + index)))) }
                }
            }
        }
        var found = 0
        var wakes = 0
        while found < total {
            if inbox.prepareToSleep() {
                // «Asleep» until a wake: this is the driver's wait.
                while waker.count.load(ordering: .sequentiallyConsistent) == wakes { await Task.yield() }
                wakes = waker.count.load(ordering: .sequentiallyConsistent)
                inbox.wokeUp()
            }
            found += take(inbox).count
        }
        await posts
        #expect(found == total)
    }
}
