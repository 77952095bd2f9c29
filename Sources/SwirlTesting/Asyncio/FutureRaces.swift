import SwirlCore

extension Conformance {
    /// Two things at the same time, many times: nothing is lost, doubled, or hangs. `SWIRL_ROUNDS` says how many.
    static let races = [
        resultAgainstTimeout, resultAgainstScope, cancelAgainstCompletion, cancelAgainstTask, threadCancels, threadSubmits,
    ]

    private static let resultAgainstTimeout = Scenario.loop(
        "a result against waitFor's timeout: exactly one of them", "CAN-03 S13"
    ) {
        loop, _ in
        var (inTime, late) = (0, 0)
        let count = Rounds.count(2000)
        for round in 0..<count {
            let future = loop.createFuture(of: Int.self)
            let end = loop.time.advanced(by: .microseconds(round % 7))
            let set = Box(false)
            loop.callAt(end) { set.value = !future.refuses(round) }
            do {
                try expectEqual(try await waitFor(future, timeout: limit(of: round)), round, "the result")
                try expect(set.value, "a result that nobody set")
                inTime += 1
            } catch is TimeoutError {
                try expect(!set.value && future.isCancelled(), "a result was lost: \(future)")
                late += 1
            }
            if round % 64 == 0 { try await loop.until { loop.timerCount == 0 } }
        }
        try expect(count < 1000 || inTime > 0 && late > 0, "one never won: \(inTime) in time, \(late) late")
        try await loop.until { loop.timerCount == 0 }
    }

    /// A few microseconds, or none; now and then so many that the result is there first, however slow this machine is.
    private static func limit(of round: Int) -> Duration {
        round % 64 == 1 ? .milliseconds(50) : .microseconds(round % 5)
    }

    private static let resultAgainstScope = Scenario.loop("a result against a scope's timeout: exactly one of them", "CAN-03 S13")
    {
        loop, _ in
        var (inTime, late) = (0, 0)
        let count = Rounds.count(2000)
        for round in 0..<count {
            let task = loop.createTask { (loop: isolated Loop) -> Int in
                try await loop.sleep(for: .microseconds(round % 7))
                return round
            }
            do {
                let found = try await withTimeout(limit(of: round)) { try await task.value }
                try expectEqual(found, round, "the result")
                inTime += 1
            } catch is TimeoutError {
                try expect(task.isCancelled(), "a result was lost: \(task)")
                late += 1
            }
        }
        try expect(count < 1000 || inTime > 0 && late > 0, "one never won: \(inTime) in time, \(late) late")
        try expectEqual(loop.timerCount, 0, "timers")
    }

    private static let cancelAgainstCompletion = Scenario.loop("a cancellation against a future's result", "CAN-03 D3") {
        loop, _ in
        let (finished, cancelled) = (Box(0), Box(0))
        let count = Rounds.count(2000)
        for round in 0..<count {
            let future = loop.createFuture(of: Int.self)
            let called = Box(0)
            future.addDoneCallback { _ in called.value += 1 }
            let task = loop.createTask { (_: isolated Loop) in try await future.value }
            if round % 4 > 0 { try await loop.turns(round % 4) }
            let first = round % 2 == 0
            if first { task.cancel() }
            let isSet = !future.refuses(round)
            if !first { task.cancel() }
            do {
                try expectEqual(try await task.value, round, "the result")
                try expect(isSet, "a result that nobody set")
                finished.value += 1
            } catch is CancellationError {
                cancelled.value += 1
            }
            try await loop.turns(1)
            if isSet || future.isDone() { try expectEqual(called.value, 1, "callbacks") }
        }
        try expectEqual(finished.value + cancelled.value, count, "rounds")
        try expect(finished.value > 0 && cancelled.value > 0, "one never won: \(finished.value), \(cancelled.value)")
    }

    private static let cancelAgainstTask = Scenario.loop(
        "a cancellation against the end of a task that another awaits", "CAN-03 D3"
    ) {
        loop, _ in
        let (ends, begun) = (Box(0), Box(0))
        let count = Rounds.count(2000)
        for round in 0..<count {
            let before = begun.value
            let inner = loop.createTask { (loop: isolated Loop) -> Int in
                for _ in 0..<round % 5 { try await loop.sleep(for: .zero) }
                return round
            }
            let outer = loop.createTask { (_: isolated Loop) -> Int in
                begun.value += 1
                defer { ends.value += 1 }
                return try await inner.value
            }
            try await loop.turns(round % 7)
            outer.cancel()
            if let found = try? await outer.value {
                try expectEqual(found, round, "the result")
                try expect(!inner.isCancelled(), "\(inner)")
            } else {
                try expect(outer.isCancelled() && (inner.isDone() || begun.value == before), "\(outer) \(inner)")
            }
        }
        try await loop.until { loop.taskCount == 1 }
        try expectEqual(ends.value, begun.value, "ends of what had begun")
    }

    private static let threadCancels = Scenario.loop("cancels from another thread against results", "CAN-12 S17") { loop, _ in
        let count = Rounds.count(400)
        let tasks = Box<[LoopTask<Int>]>([])
        for _ in 0..<max(1, count / 100) {
            let futures = (0..<100).map { _ in loop.createFuture(of: Int.self) }
            tasks.value = futures.map { future in loop.createTask { (_: isolated Loop) in try await future.value } }
            let (all, done) = (tasks.value, Once<Void>())
            try await loop.turns(2)
            OwnThread.detached {
                for task in all { task.cancel() }
                done.finish(())
            }
            for (index, future) in futures.enumerated() {
                if index % 8 == 0 { try await loop.turns(1) }
                let isRefused = future.refuses(index)
                try expectEqual(future.isCancelled(), isRefused, "a future that refuses its result")
            }
            for (index, task) in all.enumerated() {
                do {
                    try expectEqual(try await task.value, index, "a result")
                    try expectEqual(try futures[index].result(), index, "the result of its future")
                } catch is CancellationError {
                    try expect(task.isCancelled(), "\(task)")
                }
            }
            await done.get()
        }
    }

    private static let threadSubmits = Scenario.blocking("submits and blocking results against the loop's own work", "CAN-12 S17")
    {
        context in
        let loop = try Loop(context.backend, options: .testing)
        let count = Rounds.count(1000) / 4
        let sums = (0..<4).map { _ in Once<Int>() }
        for sum in sums {
            OwnThread.detached {
                var found = 0
                for round in 0..<count {
                    guard let task = try? loop.submit({ _ in round }) else { break }
                    if let result = try? task.result(timeout: .microseconds(round % 3 * 20)) {
                        found += result == round ? 1 : -1_000_000
                    } else if (try? task.result(timeout: .seconds(5))) == round {
                        found += 1
                    }
                }
                sum.finish(found)
                if sums.allSatisfy({ $0.wait(.zero) != nil }) { loop.stop() }
            }
        }
        try loop.runForever()
        try loop.close()
        for sum in sums { try expectEqual(sum.wait(.seconds(1)), count, "results") }
    }
}
