import SwirlCore

extension Conformance {
    /// One unit of work, one notification, of two who wait one is cancelled: the other does the work.
    static let notifyAgainstCancel = Scenario.loop("notifications beside cancels reach somebody", "CAN-10") { loop, _ in
        var generator = Generator(seed: 5)
        let condition = Condition()
        let (work, done) = (Box(0), Box(0))
        let rounds = Rounds.count(2000)
        for round in 0..<rounds {
            let tasks = (0..<2).map { _ in
                loop.createTask { (loop: isolated Loop) in
                    try await condition.withLock {
                        try await condition.wait { work.value > 0 }
                        work.value -= 1
                        done.value += 1
                    }
                }
            }
            try await loop.turns()
            let cancelled = tasks[Int(generator.next() % 2)]
            if generator.next() % 2 == 0 { cancelled.cancel() }
            try await condition.withLock {
                work.value += 1
                try condition.notify(on: loop)
                if round % 3 == 0 { try await loop.turns() }
                cancelled.cancel()
            }
            while work.value > 0 { try await loop.turns(1) }
            for task in tasks { task.cancel() }
            for task in tasks { _ = try? await task.value }
            try expectEqual("\(condition)", "<Condition unlocked>", "after round \(round)")
        }
        try expectEqual(done.value, rounds, "work done")
    }

    static let setAgainstCancel = Scenario.loop("an event set beside cancels ends each wait once", "CAN-10") { loop, _ in
        var generator = Generator(seed: 6)
        let event = Event()
        var (woken, cancelled) = (0, 0)
        let rounds = Rounds.count(2000)
        for round in 0..<rounds {
            let tasks = (0..<2).map { _ in loop.createTask { (_: isolated Loop) in try await event.wait() } }
            if round % 5 > 0 { try await loop.turns() }
            if generator.next() % 2 == 0 { tasks[0].cancel() }
            event.set()
            tasks[1].cancel()
            for task in tasks {
                do {
                    try await task.value
                    woken += 1
                } catch is CancellationError { cancelled += 1 }
            }
            try expectEqual("\(event)", "<Event set>", "after round \(round)")
            event.clear()
        }
        try expect(rounds < 100 || woken > 0 && cancelled > 0, "no race: woken \(woken), cancelled \(cancelled)")
    }

    /// Three meet; of those who wait one is cancelled, just before the last arrives or just after.
    static let arrivalAgainstCancel = Scenario.loop("parties that arrive beside cancels have numbers of their own", "CAN-10") {
        loop, _ in
        var generator = Generator(seed: 7)
        let barrier = Barrier(parties: 3)
        for round in 0..<Rounds.count(2000) {
            var parties = (0..<2).map { _ in loop.createTask { (_: isolated Loop) in try await barrier.wait() } }
            while barrier.waitingCount() < 2 { try await loop.turns(1) }
            let cancelled = parties[Int(generator.next() % 2)]
            var numbers: [Int] = []
            if generator.next() % 2 == 0 {
                numbers.append(try await barrier.wait())
                cancelled.cancel()
            } else {
                cancelled.cancel()
                parties.removeAll { $0 == cancelled }
                parties.append(loop.createTask { (_: isolated Loop) in try await barrier.wait() })
                if generator.next() % 2 == 0 { try await loop.turns() }
                numbers.append(try await barrier.wait())
                try await expectCancelled("the cancelled one") { try await cancelled.value }
            }
            for party in parties { numbers.append(try await party.value) }
            try expectEqual(numbers.sorted(), [0, 1, 2], "the numbers of round \(round)")
            try expectEqual("\(barrier)", "<Barrier filling waiters=0/3>", "after round \(round)")
        }
    }
}
