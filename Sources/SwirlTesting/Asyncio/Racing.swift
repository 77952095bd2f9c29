import SwirlCore

extension Conformance {
    static let racing =
        [
            raceOfNobody, raceFirstWins, raceFirstFails, raceFirstSlow, raceAllFail, raceSeveralWin, raceCancelled,
            raceFailureStartsNext, raceSeesLosersEnd, raceOldFailureStartsNobody,
        ] + races

    private static let mirrored = "test_staggered.StaggeredTests.test_"
    fileprivate typealias Runner<T> = @Sendable (isolated Loop) async throws -> T

    private static let raceOfNobody = Scenario.asyncio("a race of nobody has no winner", mirrors: mirrored + "empty") { loop, _ in
        let nobody: [Runner<Int>] = []
        let error = try await expectError("the race") { try await race(nobody) }
        try expect((error as? RaceError)?.errors.isEmpty == true, "\(error)")
    }

    private static let raceFirstWins = Scenario.asyncio(
        "the first of a race that succeeds keeps the next from starting", mirrors: mirrored + "one_successful"
    ) { loop, _ in
        let result = try await race([{ _ in "Res: 0" }, { _ in "Res: 1" }] as [Runner<String>])
        try expect(result.winner == "Res: 0" && result.index == 0, "\(result)")
        try expectEqual(result.errors.count, 1, "started")
    }

    private static let raceFirstFails = Scenario.asyncio(
        "in a race the next one starts when one has failed", mirrors: mirrored + "first_error_second_successful"
    ) { loop, _ in
        let result = try await race([{ _ in throw Wrong(number: 0) }, { _ in "Res: 1" }] as [Runner<String>])
        try expect(result.winner == "Res: 1" && result.index == 1, "\(result)")
        try expectEqual(result.errors.map { $0 as? Wrong }, [Wrong(number: 0), nil], "the errors")
    }

    private static let raceFirstSlow = Scenario.asyncio(
        "in a race the next one starts after the delay", mirrors: mirrored + "first_timeout_second_successful"
    ) { loop, _ in
        let result = try await race(
            [
                { loop in
                    try await loop.sleep(for: .seconds(100))
                    return "Res: 0"
                }, { _ in "Res: 1" },
            ] as [Runner<String>], delay: .milliseconds(1))
        try expect(result.winner == "Res: 1" && result.index == 1, "\(result)")
        try expect(result.errors[0] is CancellationError && result.errors[1] == nil, "\(result.errors)")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let raceAllFail = Scenario.asyncio(
        "a race in which all fail throws all errors", mirrors: mirrored + "none_successful"
    ) { loop, _ in
        let reports = loop.reports()
        let runners = (0..<3).map { number -> Runner<Int> in { _ in throw Wrong(number: number) } }
        let error = try await expectError("the race") { try await race(runners) }
        let errors = try require(error as? RaceError, "\(error)").errors
        try expectEqual(errors.map { $0 as? Wrong }, (0..<3).map { Wrong(number: $0) }, "the errors")
        try await loop.turns(2)
        try expectEqual(reports.value, [], "reports")
    }

    private static let raceSeveralWin = Scenario.asyncio(
        "of several that succeed in one turn the first wins", mirrors: mirrored + "multiple_winners"
    ) { loop, _ in
        let go = Future<Void>()
        let runners: [Runner<Int>] = [
            { _ in
                try await shield(go)
                return 0
            },
            { _ in
                try await shield(go)
                return 1
            },
            { loop in
                try go.setResult(())
                try await loop.sleep(for: .seconds(100))
                return 2
            },
        ]
        let result = try await race(runners, delay: .microseconds(100))
        try expect(result.winner == 0 && result.index == 0, "\(result)")
        try expect(result.errors.count == 3 && result.errors[0] == nil, "\(result.errors)")
        try expect(result.errors[2] is CancellationError, "\(result.errors)")
    }

    private static let raceCancelled = Scenario.asyncio(
        "a race that is cancelled cancels all that run, and sees them end", mirrors: mirrored + "cancelled"
    ) { loop, _ in
        let (log, started) = (Box<[String]>([]), Box(0))
        let runners = (0..<3).map { number -> Runner<Void> in
            { loop in
                started.value += 1
                try? await loop.sleep(for: .seconds(100))
                try? await shield { try await loop.sleep(for: .microseconds(100)) }
                log.value.append("cancelled \(number)")
                throw CancellationError()
            }
        }
        let task = loop.createTask {
            do { _ = try await race(runners, delay: .microseconds(10)) } catch is CancellationError {
                log.value.append("the race")
            }
        }
        try await loop.until { started.value == 3 }
        task.cancel()
        try await task.value
        try expectEqual(log.value.sorted(), ["cancelled 0", "cancelled 1", "cancelled 2", "the race"], "who ended")
        try expectEqual(log.value.last, "the race", "the last")
    }

    private static let raceFailureStartsNext = Scenario.loop(
        "a race does not wait for the delay when the last one has failed", "S13"
    ) {
        loop, _ in
        let runners: [Runner<Int>] = [{ _ in throw Wrong() }, { _ in throw Wrong() }, { _ in 3 }]
        let result = try await race(runners, delay: .seconds(1000))
        try expect(result.winner == 3 && result.index == 2, "\(result)")
    }

    private static let raceOldFailureStartsNobody = Scenario.loop(
        "only the failure of the last one starts the next of a race", "S13"
    ) { loop, _ in
        let delay = Duration.milliseconds(5)
        // Until a round is quick enough for the third not to be started by its delay.
        while true {
            let (first, started, quick) = (Future<Int>(), Box(0), Box<Int?>(nil))
            let runners: [Runner<Int>] = [
                { _ in
                    started.value += 1
                    return try await shield(first)
                },
                { loop in
                    started.value += 1
                    let begin = loop.time
                    try first.setError(Wrong())
                    try await loop.turns(5)
                    if begin.duration(to: loop.time) < delay { quick.value = started.value }
                    return 5
                },
                { _ in
                    started.value += 1
                    return 6
                },
            ]
            let result = try await race(runners, delay: delay)
            guard let early = quick.value else { continue }
            try expectEqual(early, 2, "started")
            try expect(result.winner == 5 && result.index == 1, "\(result)")
            return
        }
    }

    private static let raceSeesLosersEnd = Scenario.loop("a race is over when its losers have ended", "S13") { loop, _ in
        let ended = Box(false)
        let runners: [Runner<Int>] = [
            { loop in
                try? await loop.sleep(for: .seconds(100))
                try await shield { try await loop.sleep(for: .milliseconds(1)) }
                ended.value = true
                return 0
            }, { _ in 1 },
        ]
        let result = try await race(runners, delay: .microseconds(100))
        try expect(result.winner == 1 && ended.value, "\(result)")
    }
}
