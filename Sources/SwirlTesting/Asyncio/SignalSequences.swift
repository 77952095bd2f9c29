import Glibc
import SwirlCore
import SystemPackage

extension Conformance {
    static let signalSequences = [
        sequenceGives, sequenceBetween, sequenceCoalesces, sequenceCancelled, sequenceDropped, sequencesShare,
        sequenceBesideHandler,
        sequenceOfClosedLoop, sequenceElsewhere, sequenceIdle, sequenceOfNone,
    ]

    static let sequenceGives = Scenario.loop(
        "a sequence gives each signal to who waits", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1, SIGUSR2) {
            var iterator = try loop.signals(SIGUSR1, SIGUSR2).makeAsyncIterator()
            for wanted in [SIGUSR1, SIGUSR2, SIGUSR2, SIGUSR1] {
                loop.callLater(.microseconds(100)) { kill(getpid(), wanted) }
                try expectEqual(await iterator.next(), wanted, "the signal")
            }
        }
        try await loop.turns(2)
    }

    static let sequenceBetween = Scenario.loop(
        "a signal that comes while nobody waits is kept", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let signals = try loop.signals(SIGUSR1)
            kill(getpid(), SIGUSR1)
            try await loop.sleep(for: .milliseconds(1))
            var iterator = signals.makeAsyncIterator()
            try expectEqual(await iterator.next(), SIGUSR1, "the signal")
        }
        try await loop.turns(2)
    }

    static let sequenceCoalesces = Scenario.loop(
        "a signal that comes again before it was taken counts once", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let calls = Box(0)
            let signals = try loop.signals(SIGUSR1)
            try loop.addSignalHandler(SIGUSR1) { calls.value += 1 }
            for round in 1...5 {
                kill(getpid(), SIGUSR1)
                try await loop.until { calls.value >= round }
            }
            var iterator = signals.makeAsyncIterator()
            try expectEqual(await iterator.next(), SIGUSR1, "the first")
            let second = loop.createTask {
                var iterator = signals.makeAsyncIterator()
                return await iterator.next()
            }
            try await loop.turns(3)
            let isDone = second.isDone()
            try expect(!isDone, "there is a second one")
            second.cancel()
            _ = try? await second.value
            loop.removeSignalHandler(SIGUSR1)
        }
        try await loop.turns(2)
    }

    static let sequenceCancelled = Scenario.loop(
        "cancelling who waits for signals ends the sequence and restores the signal", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let task = loop.createTask {
                var count = 0
                for await _ in try loop.signals(SIGUSR1) { count += 1 }
                return count
            }
            try await loop.turns(3)
            try expect(!isIgnored(SIGUSR1), "nobody watches")
            task.cancel()
            try expectEqual(try await task.value, 0, "signals")
            try await loop.until { isIgnored(SIGUSR1) }
        }
    }

    static let sequenceDropped = Scenario.loop(
        "a sequence that is gone restores its signals, on whichever thread it goes", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1, SIGUSR2) {
            let box = Box<Signals?>(try loop.signals(SIGUSR1, SIGUSR2))
            try expect(!isIgnored(SIGUSR1) && !isIgnored(SIGUSR2), "nobody watches")
            box.value = nil
            try expect(isIgnored(SIGUSR1) && isIgnored(SIGUSR2), "they are still watched")
            box.value = try loop.signals(SIGUSR1)
            OwnThread { box.value = nil }.join()
            try await loop.until { isIgnored(SIGUSR1) }
        }
        try await loop.turns(2)
    }

    static let sequencesShare = Scenario.loop(
        "two sequences of one signal both get it", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let first = Box<Signals?>(try loop.signals(SIGUSR1))
            let second = try loop.signals(SIGUSR1)
            kill(getpid(), SIGUSR1)
            var (a, b) = (first.value!.makeAsyncIterator(), second.makeAsyncIterator())
            try expectEqual(await a.next(), SIGUSR1, "the first")
            try expectEqual(await b.next(), SIGUSR1, "the second")
            first.value = nil
            try expect(!isIgnored(SIGUSR1), "one that goes takes the other's signal along")
        }
        try await loop.turns(2)
    }

    static let sequenceBesideHandler = Scenario.loop(
        "a handler and a sequence live side by side", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let calls = Box(0)
            try loop.addSignalHandler(SIGUSR1) { calls.value += 1 }
            var iterator = try loop.signals(SIGUSR1).makeAsyncIterator()
            kill(getpid(), SIGUSR1)
            try expectEqual(await iterator.next(), SIGUSR1, "the sequence")
            try await loop.until { calls.value == 1 }
            loop.removeSignalHandler(SIGUSR1)
            kill(getpid(), SIGUSR1)
            try expectEqual(await iterator.next(), SIGUSR1, "the sequence, without the handler")
            try expectEqual(calls.value, 1, "calls")
        }
        try await loop.turns(2)
    }

    static let sequenceOfClosedLoop = Scenario.blocking(
        "closing the loop ends its sequences", "S4"
    ) { context in
        let before = signal(SIGUSR1, SIG_IGN)
        defer { signal(SIGUSR1, before) }
        let loop = try Loop(context.backend, options: .testing)
        let ended = Once<Bool>()
        let signals = try loop.runUntilComplete { loop in try loop.signals(SIGUSR1) }
        Task.detached {
            var iterator = signals.makeAsyncIterator()
            ended.finish(await iterator.next() == nil)
        }
        try loop.runUntilComplete { loop in try await loop.sleep(for: .milliseconds(1)) }
        try loop.close()
        try expectEqual(ended.wait(.seconds(5)), true, "the sequence ended")
        try expect(isIgnored(SIGUSR1), "the signal is still watched")
    }

    static let sequenceElsewhere = Scenario.loop(
        "tasks of other executors can wait for signals", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let signals = try loop.signals(SIGUSR1)
            let foreign = Task.detached {
                var iterator = signals.makeAsyncIterator()
                let signal = await iterator.next()
                return Loop.current == nil ? signal : -1
            }
            try await loop.sleep(for: .milliseconds(1))
            kill(getpid(), SIGUSR1)
            try expectEqual(await foreign.value, SIGUSR1, "the signal")
            let cancelled = Task.detached {
                var iterator = signals.makeAsyncIterator()
                return await iterator.next()
            }
            try await loop.sleep(for: .milliseconds(1))
            cancelled.cancel()
            try expectEqual(await cancelled.value, nil, "a cancelled wait")
        }
        try await loop.turns(2)
    }

    static let sequenceOfNone = Scenario.loop(
        "a sequence of no signals is refused, for nothing would ever come", "S4"
    ) { loop, _ in
        do throws(IOError) {
            _ = try loop.signals()
            throw IOError("", "", .closed)
        } catch {
            try expectEqual(error.errno, .invalidArgument, "\(error)")
        }
    }

    static let sequenceIdle = Scenario.loop(
        "waiting for signals does not keep the loop awake", "S4", faultless: true
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let signals = try loop.signals(SIGUSR1)
            try await loop.turns(3)
            let before = loop.waitCount
            try await loop.sleep(for: .milliseconds(20))
            try expect(loop.waitCount - before <= 2, "\(loop.waitCount - before) waits")
            withExtendedLifetime(signals) {}
        }
        try await loop.turns(2)
    }
}
