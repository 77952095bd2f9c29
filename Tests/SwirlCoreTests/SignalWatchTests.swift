import CSwirlSystem
import SystemPackage
import Testing

@testable import SwirlCore

@Suite struct SignalWatchTests {
    /// An eventfd by the number 77, what `watchSignal` answers for it, and which signals have arrived.
    private func driver(arrived: @escaping (Int32) -> Bool = { _ in false }, watching: @escaping () -> Int32 = { 0 })
        -> ScriptedDriver
    {
        unsafe ScriptedDriver { operation in
            switch unsafe operation {
            case .makeEvent: .ended(77)
            case .read: .inFlight
            case .watchSignal(_, event: 77, _): .ended(watching())
            case .takeSignal(let signal): .ended(arrived(signal) ? 1 : 0)
            default: .ended(0)
            }
        }
    }

    /// A loop over poll(2) looks at each descriptor in each turn.
    @Test func allSignalsOfALoopHaveOneEventfd() throws {
        let driver = driver(arrived: { $0 == SIGUSR2 })
        let core = LoopCore(driver)
        try core.watchSignal(SIGUSR1, for: "test") { $0.handler = {} }
        try core.watchSignal(SIGUSR2, for: "test") { $0.handler = {} }
        #expect(driver.asked == ["makeEvent", "watchSignal 77", "read", "watchSignal 77"])
        core.dispatch(Completion(token: driver.inFlight[0], result: 8))
        #expect(driver.asked.dropFirst(4) == ["takeSignal", "takeSignal", "read"])
        #expect(core.ready.count == 1, "only the signal that came")
        _ = core.ready.removeFirst().takeHandle()
        core.signals[SIGUSR1]?.handler = nil
        core.unwatchSignal(SIGUSR1)
        #expect(driver.asked.dropFirst(7) == ["watchSignal -1"], "the other still needs the eventfd")
        core.removeSignalHandlers()
        #expect(driver.asked.dropFirst(8) == ["watchSignal -1", "cancel"])
        core.dispatch(Completion(token: driver.inFlight[1], result: -ECANCELED))
        #expect(driver.asked.dropFirst(10) == ["close"])
    }

    /// Ctrl-C may come right before the program makes it its own.
    @Test func aSignalThatNobodyHasHeardOfYetIsForWhoStays() throws {
        let driver = driver(arrived: { _ in true })
        let core = LoopCore(driver)
        #expect(core.start(SignalWatch(SIGINT, core, once: true)) == 0)
        try core.watchSignal(SIGINT, for: "test") { $0.handler = {} }
        #expect(driver.asked.dropFirst(3) == ["watchSignal -1", "takeSignal", "watchSignal 77"])
        #expect(core.ready.count == 1)
        _ = core.ready.removeFirst().takeHandle()
        core.removeSignalHandlers()
        core.dispatch(Completion(token: driver.inFlight[0], result: -ECANCELED))
    }

    /// What reads as no count was closed by somebody: the number may be a stranger's, who must not be written to, nor closed.
    @Test func aWatchThatFailedLeavesItsNumberAlone() throws {
        let driver = driver()
        let core = LoopCore(driver)
        try core.watchSignal(SIGUSR1, for: "test") { $0.handler = {} }
        #expect(driver.asked == ["makeEvent", "watchSignal 77", "read"])
        core.dispatch(Completion(token: driver.inFlight[0], result: -EBADF))
        #expect(driver.asked.dropFirst(3) == ["watchSignal -1"])
        #expect(core.signals.isEmpty)
        core.removeSignalHandlers()
        #expect(driver.asked.count == 4)
        try core.watchSignal(SIGUSR1, for: "test") { $0.handler = {} }
        #expect(core.signals.count == 1, "it can be watched anew")
        core.removeSignalHandlers()
        core.dispatch(Completion(token: driver.inFlight[1], result: -ECANCELED))
        #expect(driver.asked.dropFirst(7) == ["watchSignal -1", "cancel", "close"])
    }

    /// Between the end of a run's own watch and the program's, another loop may have taken the signal.
    @Test func aWatchThatCannotStaySaysSo() throws {
        var answers: [Int32] = [0, -EBUSY]
        let driver = driver(watching: { answers.removeFirst() })
        let core = LoopCore(driver)
        let watch = SignalWatch(SIGINT, core, once: true)
        #expect(core.start(watch) == 0)
        let error = #expect(throws: IOError.self) { try core.watchSignal(SIGINT, for: "test") { $0.handler = {} } }
        #expect(error?.errno == .resourceBusy)
        #expect(core.signals.isEmpty && watch.hasEnded)
        core.dispatch(Completion(token: driver.inFlight[0], result: -ECANCELED))
        #expect(
            driver.asked == [
                "makeEvent", "watchSignal 77", "read", "watchSignal -1", "takeSignal", "watchSignal 77", "cancel", "close",
            ])
    }
}
