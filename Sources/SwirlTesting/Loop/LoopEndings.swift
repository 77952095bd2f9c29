import CSwirlSystem
import Glibc
import SwirlCore
import SwirlSockets

extension Conformance {
    static let loopEndings = [
        stopBeforeClose, droppedUnrun, droppedUnrunWaits, lateSignals, handlerOfErrors, acceptedIsCalled, extremeOptions,
    ]

    /// D11: a stop is for a run. What a close waits for it waits for asleep.
    static let stopBeforeClose = Scenario.blocking(
        "a close after a second stop sleeps while it waits", "LOOP-06 D11", faultless: true
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let (begun, release) = (Once<Void>(), Once<Void>())
        try loop.runUntilComplete { loop in
            loop.createTask {
                try? await loop.sleep(for: .seconds(100))
                begun.finish(())
                _ = await release.get()
            }
            try await loop.turns(2)
        }
        loop.stop()
        let before = loop.core.waits
        OwnThread.detached {
            _ = begun.wait(.seconds(5))
            usleep(20_000)
            release.finish(())
        }
        try loop.close()
        try expect(loop.core.waits - before < 20, "\(loop.core.waits - before) waits")
    }

    /// LOOP-07: nobody will run it, so what was posted goes, and who waits is told.
    static let droppedUnrun = Scenario.blocking(
        "a loop that is dropped without having run lets go what was posted to it", "LOOP-07"
    ) { context in
        let (held, core) = (Witness(), Witness())
        func make() throws -> (Handle, Future<Int>) {
            let loop = try Loop(context.backend, options: .testing)
            let object = Box(1)
            held.watch(object)
            core.watch(loop.core)
            return (try loop.callSoonThreadsafe { _ in object.value += 1 }, loop.createFuture(of: Int.self))
        }
        func drop() throws {
            let (handle, future) = try make()
            try held.expectGone()
            try expect(handle.isCancelled, "its callback is not cancelled")
            try expect(!future.cancel(), "a future says that it will be cancelled")
        }
        try drop()
        try core.expectGone()
    }

    /// LOOP-05, D13: also who had begun to wait.
    static let droppedUnrunWaits = Scenario.blocking(
        "who waits for a loop that is dropped without having run is told", "LOOP-05 D13"
    ) { context in
        for _ in 0..<20 {
            let answer = Once<String>()
            func make() throws -> Task<Void, Never> {
                let loop = try Loop(context.backend, options: .testing)
                let future = loop.createFuture(of: Int.self)
                return Task.detached {
                    do { answer.finish("\(try await future.value)") } catch { answer.finish("\(error)") }
                }
            }
            _ = try make()
            try expectEqual(answer.wait(.seconds(5)), "\(LoopError.closed)", "what it is told")
        }
    }

    /// LOOP-03: the driver is gone, or the close has given the signals back.
    static let lateSignals = Scenario.blocking(
        "a loop that is closed takes no signals", "LOOP-03 LOOP-05"
    ) { context in
        let before = signal(SIGUSR1, SIG_IGN)
        defer { signal(SIGUSR1, before) }
        var options = LoopOptions.testing
        options.closeDeadline = .milliseconds(5)
        let elsewhere = Elsewhere()
        let answer = Once<[String]>()
        let loop = try Loop(context.backend, options: options)
        try loop.runUntilComplete { loop in
            loop.createTask { (loop: isolated Loop) in
                await elsewhere.pass()
                var all: [String] = []
                do throws(IOError) { try loop.addSignalHandler(SIGUSR1) {} } catch { all.append("\(error)") }
                do throws(IOError) { _ = try loop.signals(SIGUSR1) } catch { all.append("\(error)") }
                answer.finish(all)
            }
            try await loop.turns(5)
        }
        try expect(failed(Result { try loop.close() }, LoopError.closedWithTasks(1)), "the close")
        Task.detached { await elsewhere.open() }
        let wanted = ["addSignalHandler", "signals"].map { "\(IOError($0, "signal \(SIGUSR1)", .closed))" }
        try expectEqual(answer.wait(.seconds(5)) ?? [], wanted, "the errors")
        try expect(isIgnored(SIGUSR1), "the signal is watched")
    }

    /// FUT-05: what handles errors is let go with the loop.
    static let handlerOfErrors = Scenario.blocking(
        "an exception handler that holds its loop does not keep it", "FUT-05 LOOP-07"
    ) { context in
        let core = Witness()
        func run() throws {
            let loop = try Loop(context.backend, options: .testing)
            core.watch(loop.core)
            try loop.runUntilComplete { loop in loop.setExceptionHandler { [loop] _, _ in _ = loop.backendName } }
            try loop.close()
        }
        try run()
        try core.expectGone()
    }

    /// WAK-05: however long the tasks have kept the close.
    static let acceptedIsCalled = Scenario.blocking(
        "a callback that was accepted is called, though the time for closing is over", "WAK-05 LOOP-05"
    ) { context in
        var options = LoopOptions.testing
        options.closeDeadline = .zero
        let elsewhere = Elsewhere()
        let calls = Counter()
        let loop = try Loop(context.backend, options: options)
        try loop.runUntilComplete { loop in
            loop.createTask { await elsewhere.pass() }
            try await loop.turns(3)
        }
        _ = try loop.callSoonThreadsafe { _ in calls.add() }
        try expect(failed(Result { try loop.close() }, LoopError.closedWithTasks(1)), "the close")
        try expectEqual(calls.value, 1, "calls")
        Task.detached { await elsewhere.open() }
    }

    /// No number that an option can have stops the program.
    static let extremeOptions = Scenario.blocking(
        "options that are out of range mean the nearest that is in it", ""
    ) { context in
        for (many, few) in [(Int.max, UInt32.max), (.min, 0), (0, 0)] {
            var options = LoopOptions.testing
            options.driver.queueEntries = few
            options.blockingThreadsMax = many
            options.blockingCallsMax = many
            options.receiveBufferBytes = many
            options.receiveBuffersMax = many
            options.receiveShareBytes = many
            let loop = try Loop(context.backend, options: options)
            try loop.runUntilComplete { loop in
                let (stream, peer) = try loop.rawPair()
                Raw.send(peer, numbered(100))
                try expectEqual(try await stream.allChunks(100), numbered(100), "the bytes with \(many)")
                try expectEqual(try await loop.runBlocking { 1 }, 1, "the call with \(many)")
                await stream.close()
                _ = swirl_close(peer)
            }
            try loop.close()
        }
    }
}
