import CSwirlSystem
import SystemPackage
import Testing

@testable import SwirlCore

@Suite struct SignalWatchTests {
    /// An eventfd by the number 77, and what `watchSignal` answers for it.
    private func driver(_ watching: @escaping () -> Int32 = { 0 }) -> ScriptedDriver {
        unsafe ScriptedDriver { operation in
            switch unsafe operation {
            case .makeEvent: .ended(77)
            case .read: .inFlight
            case .watchSignal(_, event: 77, _): .ended(watching())
            default: .ended(0)
            }
        }
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
        let driver = driver { answers.removeFirst() }
        let core = LoopCore(driver)
        let watch = SignalWatch(SIGINT, 77, core, once: true)
        core.signals[SIGINT] = watch
        #expect(watch.start() == 0)
        let error = #expect(throws: IOError.self) { try core.watchSignal(SIGINT, for: "test") { $0.handler = {} } }
        #expect(error?.errno == .resourceBusy)
        #expect(core.signals.isEmpty && watch.hasEnded)
        core.dispatch(Completion(token: driver.inFlight[0], result: -ECANCELED))
        #expect(driver.asked == ["watchSignal 77", "read", "watchSignal -1", "watchSignal 77", "cancel", "close"])
    }
}
