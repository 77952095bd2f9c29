import SwirlCore

/// Races between giving and cancelling. Each round has several tasks that wait, and gives and cancels in an order that a seed
/// chooses; what was given must be found once. `SWIRL_ROUNDS` says how many rounds.
extension Conformance {
    static let primitiveRaces = [
        releaseAgainstCancel, permitAgainstCancel, itemAgainstCancel, placeAgainstCancel, notifyAgainstCancel, setAgainstCancel,
        arrivalAgainstCancel,
    ]

    /// Does the steps in an order of the generator's choice, some of them a turn later.
    private static func shuffle(
        _ generator: inout Generator, on loop: isolated Loop, _ steps: [() throws -> Void]
    ) async throws {
        var steps = steps
        while !steps.isEmpty {
            try steps.remove(at: Int(generator.next() % UInt64(steps.count)))()
            if generator.next() % 4 == 0 { try await loop.turns(1) }
        }
    }

    /// A wait in a task of its own, or in a child task of it, whose cancel comes through the inbox.
    private static func waiter<T: Sendable>(
        _ isChild: Bool, on loop: isolated Loop, _ wait: @escaping @Sendable (isolated Loop) async throws -> T
    ) -> LoopTask<T> {
        guard isChild else { return loop.createTask(wait) }
        return loop.createTask { (loop: isolated Loop) in
            async let child = wait(loop)
            return try await child
        }
    }

    static let releaseAgainstCancel = Scenario.loop("a lock released beside cancels is neither lost nor doubled", "CAN-10") {
        loop, _ in
        var generator = Generator(seed: 1)
        let lock = Lock()
        let (holders, taken) = (Box(0), Box(0))
        var cancelled = 0
        let rounds = Rounds.count(2000)
        for round in 0..<rounds {
            try await lock.acquire()
            let tasks = (0..<2).map { _ in
                waiter(round % 8 == 0, on: loop) { loop in
                    try await lock.withLock {
                        holders.value += 1
                        taken.value += 1
                        try expectEqual(holders.value, 1, "holders")
                        if round % 3 == 0 { await Task.yield() }
                        holders.value -= 1
                    }
                }
            }
            if round % 5 > 0 { try await loop.turns() }
            try await shuffle(
                &generator, on: loop,
                [{ tasks[0].cancel() }, { if round % 2 == 0 { tasks[1].cancel() } }, { try lock.release(on: loop) }])
            for task in tasks {
                do { try await task.value } catch is CancellationError { cancelled += 1 }
            }
            try expect(!lock.isLocked(), "locked after round \(round)")
        }
        try expectEqual(taken.value + cancelled, 2 * rounds, "locks taken \(taken.value), cancelled \(cancelled)")
        try expect(taken.value > 0 && cancelled > 0, "no race: taken \(taken.value), cancelled \(cancelled)")
    }

    static let permitAgainstCancel = Scenario.loop("permits given beside cancels are neither lost nor doubled", "CAN-10") {
        loop, _ in
        var generator = Generator(seed: 2)
        let semaphore = Semaphore(2)
        let taken = Box(0)
        var cancelled = 0
        let rounds = Rounds.count(2000)
        for round in 0..<rounds {
            try await semaphore.acquire()
            try await semaphore.acquire()
            let tasks = (0..<3).map { _ in
                waiter(round % 8 == 0, on: loop) { loop in
                    try await semaphore.acquire()
                    taken.value += 1
                    semaphore.release()
                }
            }
            if round % 5 > 0 { try await loop.turns() }
            try await shuffle(
                &generator, on: loop,
                [{ tasks[0].cancel() }, { tasks[1].cancel() }, { semaphore.release(on: loop) }, { semaphore.release(on: loop) }])
            for task in tasks {
                do { try await task.value } catch is CancellationError { cancelled += 1 }
            }
            try expectEqual("\(semaphore)", "<Semaphore unlocked value=2>", "after round \(round)")
        }
        try expectEqual(taken.value + cancelled, 3 * rounds, "permits taken \(taken.value), cancelled \(cancelled)")
        try expect(taken.value > rounds && cancelled > 0, "no race: taken \(taken.value), cancelled \(cancelled)")
    }

    static let itemAgainstCancel = Scenario.loop("items put beside cancels of gets are neither lost nor doubled", "CAN-10") {
        loop, _ in
        var generator = Generator(seed: 3)
        let queue = Queue<Int>()
        var (found, cancelled) = (0, 0)
        let rounds = Rounds.count(2000)
        for round in 0..<rounds {
            let tasks = (0..<3).map { _ in waiter(round % 8 == 0, on: loop) { _ in try await queue.get() } }
            if round % 5 > 0 { try await loop.turns() }
            try await shuffle(
                &generator, on: loop,
                [
                    { try queue.putNowait(2 * round, on: loop) }, { tasks[0].cancel() },
                    { try queue.putNowait(2 * round + 1, on: loop) }, { tasks[1].cancel() }, { tasks[2].cancel() },
                ])
            var items: [Int] = []
            for task in tasks {
                do { items.append(try await task.value) } catch is CancellationError { cancelled += 1 }
            }
            found += items.count
            while !queue.isEmpty() { items.append(try queue.getNowait()) }
            try expectEqual(items.sorted(), [2 * round, 2 * round + 1], "the items of round \(round)")
        }
        try expect(found > 0 && cancelled > 0, "no race: got \(found), cancelled \(cancelled)")
    }

    static let placeAgainstCancel = Scenario.loop("places freed beside cancels of puts take each item once or not", "CAN-10") {
        loop, _ in
        var generator = Generator(seed: 4)
        let queue = Queue<Int>(maxSize: 1)
        var (put, cancelled) = (0, 0)
        let rounds = Rounds.count(2000)
        for round in 0..<rounds {
            try queue.putNowait(-1)
            let tasks = (0..<3).map { number in
                waiter(round % 8 == 0, on: loop) { _ in
                    try await queue.put(number)
                    return number
                }
            }
            if round % 5 > 0 { try await loop.turns() }
            let items = Box<[Int]>([])
            try await shuffle(
                &generator, on: loop,
                [{ items.note(try queue.getNowait(on: loop)) }, { tasks[0].cancel() }, { tasks[1].cancel() }])
            var wanted = [-1]
            // The last is not cancelled; there must be room for it.
            let getting = loop.createTask { (loop: isolated Loop) in while true { items.note(try await queue.get()) } }
            for task in tasks {
                do { wanted.append(try await task.value) } catch is CancellationError { cancelled += 1 }
            }
            getting.cancel()
            _ = try? await getting.value
            while !queue.isEmpty() { items.note(try queue.getNowait()) }
            put += wanted.count - 1
            try expectEqual(items.value, wanted, "the items of round \(round)")
        }
        try expect(put > rounds && cancelled > 0, "no race: put \(put), cancelled \(cancelled)")
    }
}
