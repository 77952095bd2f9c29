import CSwirlSystem
import CSwirlTesting
import SwirlCore

extension Conformance {
    /// A thread resumes the last task of a loop, whose end closes and frees the loop before that thread has run on: both are on
    /// one processor, and there whoever is woken goes before a thread of the idle class.
    static let resumeAgainstDrop = Scenario.blocking(
        "a thread that resumes a loop's last task beside the loop's end touches nothing of it", "D13 WAK-05"
    ) { context in
        // Each makes a loop and two threads, one of which a loaded machine keeps waiting.
        for round in 0..<max(1, Rounds.count(8_000) / 320) {
            let (begun, ended, outcome) = (Once<Void>(), Once<Void>(), Once<Result<Void, any Error>>())
            let processor = swirl_processor()
            let runner = OwnThread {
                swirl_stay_on(processor)
                outcome.finish(Result { try runAndDrop(on: context.backend, begun, until: ended) })
            }
            let resumer = OwnThread {
                swirl_stay_on(processor)
                _ = begun.wait(.seconds(5))
                // Met asleep, or on its way there.
                usleep(UInt32(round % 4 * 20))
                swirl_give_way()
                ended.finish(())
            }
            runner.join()
            // On a loaded machine it would hardly ever run.
            resumer.scheduleAsUsual()
            resumer.join()
            try outcome.wait(.zero)?.get()
        }
    }

    private static func runAndDrop(on backend: Backend, _ begun: Once<Void>, until ended: Once<Void>) throws {
        let loop = try Loop(backend, options: .testing)
        try loop.runUntilComplete { _ in
            begun.finish(())
            await ended.get()
        }
        try loop.close()
    }
}
