import CSwirlSystem
import SwirlCore

extension Conformance {
    static let posting = [postAgainstClose, postAgainstStop, cancelAgainstRun, callAgainstCancel, resumeAgainstDrop]

    /// Passes up to a few microseconds without letting go of the processor. What `sched_yield` takes is for others to say:
    /// on a loaded machine milliseconds each, and seconds a race.
    private static func spin(_ count: Int) {
        for _ in 0..<count * 8 { _ = swirl_monotonic_nanoseconds() }
    }

    /// Three kinds of posts from two threads beside a close, met at many points of it.
    static let postAgainstClose = Scenario.blocking(
        "each post beside a close is done or refused", "S15 S17"
    ) { context in
        // Each races up to 80 posts against one close.
        for round in 0..<max(1, Rounds.count(8_000) / 80) {
            let loop = try Loop(context.backend, options: .testing)
            let (posted, ran, submitted, settled) = (Counter(), Counter(), Counter(), Counter())
            let go = Once<Void>()
            let threads = (0..<2).map { index in
                OwnThread {
                    _ = go.wait(.seconds(5))
                    spin((round * 7 + index * 13) % 40)
                    for _ in 0..<20 {
                        guard (try? loop.callSoonThreadsafe { _ in ran.add() }) != nil else { break }
                        posted.add()
                        guard let task = try? loop.submit({ _ in }) else { break }
                        submitted.add()
                        Task.detached {
                            _ = try? await task.value
                            settled.add()
                        }
                    }
                }
            }
            try loop.runUntilComplete { loop in
                go.finish(())
                for _ in 0..<round % 5 { try await loop.sleep(for: .zero) }
            }
            try loop.close()
            for thread in threads { thread.join() }
            try expectEqual(ran.value, posted.value, "round \(round): callbacks that ran, of those accepted")
            for _ in 0..<5000 where settled.value < submitted.value { usleep(1000) }
            try expectEqual(settled.value, submitted.value, "round \(round): tasks that ended, of those accepted")
        }
    }

    static let postAgainstStop = Scenario.blocking(
        "a post beside a stop runs in this run or in the next", "S15 S4"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let (posted, ran) = (Counter(), Counter())
        for round in 0..<Rounds.count(200) {
            let go = Once<Void>()
            let thread = OwnThread {
                _ = go.wait(.seconds(5))
                spin(round % 30)
                for _ in 0..<3 {
                    if (try? loop.callSoonThreadsafe { _ in ran.add() }) != nil { posted.add() }
                }
                loop.stop()
            }
            try loop.callSoonThreadsafe { _ in go.finish(()) }
            try loop.runForever()
            thread.join()
            loop.stop()
            try loop.runForever()
            try expectEqual(ran.value, posted.value, "round \(round): callbacks that ran, of those accepted")
        }
        try loop.close()
    }

    static let cancelAgainstRun = Scenario.blocking(
        "a post that is cancelled beside its run runs once or never", "S15"
    ) { context in
        try withLoop(context) { loop in
            let count = Rounds.count(300)
            var counts: [(ran: Counter, whenSeen: Int)] = []
            for round in 0..<count {
                let ran = Counter()
                let seen = Once<Void>()
                let handle = try loop.callSoonThreadsafe { _ in ran.add() }
                spin(round % 20)
                handle.cancel()
                try loop.callSoonThreadsafe { _ in seen.finish(()) }
                try expect(seen.wait(.seconds(5)) != nil, "round \(round): the loop does not answer")
                try expect(ran.value <= 1, "round \(round): it ran \(ran.value) times")
                counts.append((ran, ran.value))
            }
            for (round, (ran, whenSeen)) in counts.enumerated() {
                try expectEqual(ran.value, whenSeen, "round \(round): how often it ran in the end")
            }
        }
    }

    static let callAgainstCancel = Scenario.loop(
        "a blocking call that is cancelled beside its end has its result or is cancelled", "S8"
    ) { loop, _ in
        for round in 0..<Rounds.count(300) {
            let ran = Counter()
            let task = loop.createTask {
                try await loop.runBlocking {
                    ran.add()
                    return round
                }
            }
            for _ in 0..<round % 6 { try await loop.sleep(for: .zero) }
            OwnThread { task.cancel() }.join()
            switch await resultOf({ try await task.value }) {
            case .success(let value): try expect(value == round && ran.value == 1, "round \(round): \(value)")
            case .failure(let error): try expect(error is CancellationError, "round \(round): \(error)")
            }
        }
    }
}
