import CSwirlSystem
import Glibc
import SwirlCore
import SystemPackage

extension Conformance {
    static let signals = signalHandlers + signalSequences

    static let signalHandlers = [
        handlerCalled, handlersTogether, handlerWhileAsleep, handlerRefusals, handlerInstallError, handlerRemoved,
        handlerRestoresInterrupt, handlerReplaced, handlersOfClosedLoop, handlerOfOtherLoop,
    ]

    /// Runs `body` where these signals are ignored but for what it does, and puts back what they meant before.
    static func ignoring<T>(_ signals: Int32..., body: () async throws -> T) async throws -> T {
        let before = signals.map { signal($0, SIG_IGN) }
        defer { for (number, old) in zip(signals, before) { signal(number, old) } }
        return try await body()
    }

    /// Whether the process ignores a signal now.
    static func isIgnored(_ number: Int32) -> Bool {
        var now = sigaction()
        unsafe sigaction(number, nil, &now)
        return unsafe unsafeBitCast(now.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    static let handlerCalled = Scenario.asyncio(
        "a signal calls its handler, on the loop, each time", "S4",
        mirrors: "test_events.EventLoopTestsMixin.test_add_signal_handler"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let calls = Box(0)
            try loop.addSignalHandler(SIGUSR1) { calls.value += Loop.current === loop ? 1 : 1000 }
            for round in 1...5 {
                kill(getpid(), SIGUSR1)
                try await loop.until { calls.value >= round }
            }
            try expectEqual(calls.value, 5, "calls")
            let removed = loop.removeSignalHandler(SIGUSR1)
            let again = loop.removeSignalHandler(SIGUSR1)
            try expect(removed && !again, "removed \(removed), once more \(again)")
            try expect(isIgnored(SIGUSR1), "what was before is not restored")
        }
    }

    /// They have one eventfd: the loop asks which of them came.
    static let handlersTogether = Scenario.loop(
        "signals that come together each call their own handler, and one that goes leaves the others", "S4"
    ) { loop, _ in
        try await ignoring(SIGUSR1, SIGUSR2) {
            let first = Box(0)
            let second = Box(0)
            try loop.addSignalHandler(SIGUSR1) { first.value += 1 }
            try loop.addSignalHandler(SIGUSR2) { second.value += 1 }
            for number in [SIGUSR1, SIGUSR2] { kill(getpid(), number) }
            try await loop.until { first.value == 1 && second.value == 1 }
            loop.removeSignalHandler(SIGUSR1)
            try expect(isIgnored(SIGUSR1) && !isIgnored(SIGUSR2), "one goes, the other stays")
            for number in [SIGUSR1, SIGUSR2] { kill(getpid(), number) }
            try await loop.until { second.value == 2 }
            try loop.addSignalHandler(SIGUSR1) { first.value += 1 }
            try await loop.turns(3)
            try expectEqual(first.value, 1, "calls before the signal comes again")
            kill(getpid(), SIGUSR1)
            try await loop.until { first.value == 2 }
            try expectEqual(second.value, 2, "calls for the other signal")
            for number in [SIGUSR1, SIGUSR2] { loop.removeSignalHandler(number) }
        }
        try await loop.turns(2)
    }

    static let handlerWhileAsleep = Scenario.asyncioBlocking(
        "a signal wakes a loop that sleeps", "S4",
        mirrors: "test_events.EventLoopTestsMixin.test_signal_handling_while_selecting"
    ) { context in
        let before = signal(SIGALRM, SIG_IGN)
        defer { signal(SIGALRM, before) }
        let loop = try Loop(context.backend, options: .testing)
        let caught = Counter()
        try loop.callSoonThreadsafe { loop in
            try? loop.addSignalHandler(SIGALRM) {
                caught.add()
                loop.stop()
            }
            var timer = itimerval()
            timer.it_value.tv_usec = 2000
            unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
        }
        try loop.runForever()
        try expectEqual(caught.value, 1, "calls")
        try loop.close()
    }

    static let handlerRefusals = Scenario.asyncio(
        "numbers that are no signals, and signals that nobody can handle, are refused", "S4",
        mirrors: "test_unix_events.SelectorEventLoopSignalTests.test_check_signal"
    ) { loop, _ in
        for number in [0, -1, 65, 1000, SIGKILL, SIGSTOP] {
            do throws(IOError) {
                try loop.addSignalHandler(number) {}
                throw IOError("", "", .closed)
            } catch {
                try expectEqual(error.errno, .invalidArgument, "signal \(number): \(error)")
                try expect(error.operation == "addSignalHandler" && error.subject == "signal \(number)", "\(error)")
            }
            try expect(!loop.removeSignalHandler(number), "signal \(number) had a handler")
        }
        try expectEqual(loop.operationCount, 0, "operations")
    }

    static let handlerInstallError = Scenario.asyncio(
        "a handler that was refused leaves nothing open", "S4",
        mirrors: "test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler_install_error"
    ) { loop, _ in
        let before = OpenFiles.now()
        for _ in 0..<10 {
            _ = try? loop.addSignalHandler(SIGKILL) {}
            _ = try? loop.signals(SIGKILL)
        }
        try OpenFiles.expect(same: before)
    }

    static let handlerRemoved = Scenario.asyncio(
        "a handler that was removed is not called, also for a signal that came before", "S4",
        mirrors: "test_unix_events.SelectorEventLoopSignalTests.test_remove_signal_handler"
    ) { loop, _ in
        try await ignoring(SIGUSR1) {
            let calls = Box(0)
            try loop.addSignalHandler(SIGUSR1) { calls.value += 1 }
            loop.callSoon {
                kill(getpid(), SIGUSR1)
                loop.removeSignalHandler(SIGUSR1)
            }
            try await loop.sleep(for: .milliseconds(2))
            try expectEqual(calls.value, 0, "calls")
        }
    }

    static let handlerRestoresInterrupt = Scenario.asyncio(
        "removing one signal's handler leaves those of others", "S4",
        mirrors: "test_unix_events.SelectorEventLoopSignalTests.test_remove_signal_handler_2"
    ) { loop, _ in
        try await ignoring(SIGUSR1, SIGUSR2) {
            let calls = Box(0)
            try loop.addSignalHandler(SIGUSR1) { calls.value += 1 }
            try loop.addSignalHandler(SIGUSR2) { calls.value += 10 }
            loop.removeSignalHandler(SIGUSR2)
            kill(getpid(), SIGUSR2)
            kill(getpid(), SIGUSR1)
            try await loop.until { calls.value > 0 }
            try expectEqual(calls.value, 1, "calls")
            loop.removeSignalHandler(SIGUSR1)
        }
    }

    static let handlerReplaced = Scenario.asyncio(
        "a second handler replaces the first", "S4",
        mirrors: "test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler"
    ) { loop, _ in
        try await ignoring(SIGHUP) {
            let calls = Box<[String]>([])
            try loop.addSignalHandler(SIGHUP) { calls.value.append("first") }
            try loop.addSignalHandler(SIGHUP) { calls.value.append("second") }
            kill(getpid(), SIGHUP)
            try await loop.until { !calls.value.isEmpty }
            try await loop.turns()
            try expectEqual(calls.value, ["second"], "calls")
            loop.removeSignalHandler(SIGHUP)
        }
    }

    static let handlersOfClosedLoop = Scenario.asyncioBlocking(
        "a loop that closes gives its signals back", "S4",
        mirrors: "test_unix_events.SelectorEventLoopSignalTests.test_close"
    ) { context in
        let before = [signal(SIGHUP, SIG_IGN), signal(SIGCHLD, SIG_IGN)]
        defer { for (number, old) in zip([SIGHUP, SIGCHLD], before) { signal(number, old) } }
        let loop = try Loop(context.backend, options: .testing)
        try loop.runUntilComplete { loop in
            try loop.addSignalHandler(SIGHUP) {}
            try loop.addSignalHandler(SIGCHLD) {}
            try expect(!isIgnored(SIGHUP) && !isIgnored(SIGCHLD), "they are not handled")
        }
        try loop.close()
        try expect(isIgnored(SIGHUP) && isIgnored(SIGCHLD), "they are still handled")
    }

    static let handlerOfOtherLoop = Scenario.loop(
        "a signal belongs to one loop at a time", "S4"
    ) { loop, context in
        try await ignoring(SIGUSR1) {
            try loop.addSignalHandler(SIGUSR1) {}
            let other = await resultOf {
                try await Loop.run(context.backend, options: .testing) { other in try other.addSignalHandler(SIGUSR1) {} }
            }
            guard case .failure(let error as IOError) = other else { throw ScenarioFailure("\(other)") }
            try expectEqual(error.errno, .resourceBusy, "\(error)")
            loop.removeSignalHandler(SIGUSR1)
        }
    }
}
