import SwirlCore

extension Conformance {
    static let calls = soonCalls + laterCalls

    static let soonCalls = [
        soonInOrder, soonNextTurn, soonAfterReady, soonCancelled, soonCancelledByEarlier, soonCancelDropsCaptures,
        soonCancelAfterRun, soonCancelsItself, soonHandleIsLetGo, soonDescription, soonPlaces, threadsafeSameThread,
        threadsafeFromThread, threadsafeCancelled, threadsafeCancelledInside, threadsafeClosed, threadsafeBeforeRun,
        foreignCancel,
    ]

    static let soonInOrder = Scenario.asyncio(
        "callbacks run in the order in which they were asked for", "S14",
        mirrors: "test_base_events.BaseEventLoopTests.test_call_soon"
    ) { loop, _ in
        let order = Box<[Int]>([])
        for index in 0..<100 { loop.callSoon { order.value.append(index) } }
        try expectEqual(order.value, [], "nothing runs inline")
        try await loop.turns(1)
        try expectEqual(order.value, Array(0..<100), "the order")
    }

    /// A snapshot: what it adds waits for the next turn.
    static let soonNextTurn = Scenario.asyncio(
        "what a callback adds waits for the next turn", "S4 S14",
        mirrors: "test_base_events.BaseEventLoopTests.test__run_once_schedule_handle"
    ) { loop, _ in
        let order = Box<[String]>([])
        loop.callSoon {
            order.value.append("a")
            loop.callSoon {
                order.value.append("a2")
                loop.callSoon { order.value.append("a3") }
            }
        }
        loop.callSoon {
            order.value.append("b")
            loop.callSoon { order.value.append("b2") }
        }
        try await loop.until { order.value.count == 5 }
        try expectEqual(order.value, ["a", "b", "a2", "b2", "a3"], "the order")
    }

    static let soonAfterReady = Scenario.loop(
        "callbacks and tasks that go on share one line", "S4 S2"
    ) { loop, _ in
        let order = Box<[String]>([])
        let gate = Future<Void>()
        let waiting = loop.createTask {
            try await gate.value
            order.value.append("task")
        }
        try await loop.turns(3)
        loop.callSoon { order.value.append("before") }
        try gate.setResult(())
        loop.callSoon { order.value.append("after") }
        try await waiting.value
        try expectEqual(order.value, ["before", "task", "after"], "the order")
    }

    static let soonCancelled = Scenario.asyncio(
        "a cancelled callback never runs", "S14",
        mirrors: "test_base_events.BaseEventLoopTests.test__add_callback_cancelled_handle"
    ) { loop, _ in
        let ran = Box(0)
        let handle = loop.callSoon { ran.value += 1 }
        try expect(!handle.isCancelled, "a new handle is cancelled")
        handle.cancel()
        handle.cancel()
        try expect(handle.isCancelled, "it is not cancelled")
        try await loop.turns()
        try expectEqual(ran.value, 0, "calls")
    }

    static let soonCancelledByEarlier = Scenario.loop(
        "a callback can cancel one that is ready in the same turn", "S14"
    ) { loop, _ in
        let ran = Box<[Int]>([])
        let handles = Box<[Handle]>([])
        loop.callSoon {
            ran.value.append(0)
            handles.value[1].cancel()
        }
        for index in 1...3 { handles.value.append(loop.callSoon { ran.value.append(index) }) }
        try await loop.turns()
        try expectEqual(ran.value, [0, 1, 3], "what ran")
    }

    static let soonCancelDropsCaptures = Scenario.asyncio(
        "cancelling a callback lets go at once what it holds", "S14",
        mirrors: "test_events.HandleTests.test_handle"
    ) { loop, _ in
        let held = Gone()
        let handle = loop.callSoon { [token = held.make()] in withExtendedLifetime(token) {} }
        try expect(!held.isGone, "it is gone before")
        handle.cancel()
        try expect(held.isGone, "a cancelled handle still holds what its callback captured")
    }

    static let soonCancelAfterRun = Scenario.loop(
        "cancelling a callback that ran changes nothing but its handle", "S14"
    ) { loop, _ in
        let ran = Box(0)
        let handle = loop.callSoon { ran.value += 1 }
        try await loop.turns(1)
        try expect(!handle.isCancelled && ran.value == 1, "it ran once")
        handle.cancel()
        try await loop.turns(1)
        try expect(handle.isCancelled && ran.value == 1, "it ran \(ran.value) times")
    }

    static let soonCancelsItself = Scenario.loop(
        "a callback that cancels its own handle runs to its end", "S14"
    ) { loop, _ in
        let own = Box<Handle?>(nil)
        let steps = Box<[String]>([])
        own.value = loop.callSoon {
            steps.value.append("before")
            own.value?.cancel()
            steps.value.append("after")
        }
        try await loop.turns(2)
        try expectEqual(steps.value, ["before", "after"], "its steps")
        own.value = nil
    }

    static let soonHandleIsLetGo = Scenario.asyncio(
        "the loop lets a handle go once it has run", "S14",
        mirrors: "test_events.HandleTests.test_handle_weakref"
    ) { loop, _ in
        let held = Gone()
        weak var handle = loop.callSoon { [token = held.make()] in withExtendedLifetime(token) {} }
        try expect(handle != nil && !held.isGone, "the loop does not hold it before")
        try await loop.turns(1)
        try expect(handle == nil && held.isGone, "it is still there after")
    }

    static let soonDescription = Scenario.asyncio(
        "a handle says where it was made, or that it is cancelled", "S14",
        mirrors: "test_events.HandleTests.test_handle_repr"
    ) { loop, _ in
        let handle = loop.callSoon(file: "Module/File.swift", line: 42) {}
        try expectEqual("\(handle)", "<Handle Module/File.swift:42>", "pending")
        handle.cancel()
        try expectEqual("\(handle)", "<Handle cancelled>", "cancelled")
    }

    static let soonPlaces = Scenario.asyncio(
        "every way to ask for a callback remembers its place", "S14 S16",
        mirrors: "test_events.HandleTests.test_handle_source_traceback"
    ) { loop, _ in
        let here = "\(#fileID):"
        let handles = [
            loop.callSoon {}, try loop.callSoonThreadsafe { _ in }, loop.callLater(.seconds(100)) {}, loop.callAt(loop.time) {},
        ]
        for handle in handles {
            try expect("\(handle)".contains(here), "\(handle) does not name \(here)")
            handle.cancel()
        }
    }

    static let threadsafeSameThread = Scenario.asyncio(
        "callSoonThreadsafe on the loop's own thread keeps the order", "S15",
        mirrors: "test_events.EventLoopTestsMixin.test_call_soon_threadsafe_same_thread"
    ) { loop, _ in
        let order = Box<[String]>([])
        try loop.callSoonThreadsafe { _ in order.value.append("hello") }
        loop.callSoon { order.value.append("world") }
        try loop.callSoonThreadsafe { _ in order.value.append("again") }
        try await loop.until { order.value.count == 3 }
        try expectEqual(order.value, ["hello", "world", "again"], "the order")
    }

    static let threadsafeFromThread = Scenario.asyncio(
        "callSoonThreadsafe wakes a loop that sleeps", "S15",
        mirrors: "test_events.EventLoopTestsMixin.test_call_soon_threadsafe"
    ) { loop, _ in
        let done = Future<Int>()
        let thread = OwnThread {
            _ = try? loop.callSoonThreadsafe { loop in try? done.setResult(7, on: loop) }
        }
        // Nothing else is there to wake it.
        try expectEqual(try await done.value, 7, "what the callback brought")
        thread.join()
    }

    /// The article's E8: three posts, the first of which is taken back.
    static let threadsafeCancelled = Scenario.blocking(
        "a post that is cancelled before the loop reaches it never runs", "S15 S18"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let ran = Counter()
        let first = try loop.callSoonThreadsafe { _ in ran.add() }
        try loop.callSoonThreadsafe { _ in ran.add() }
        try loop.callSoonThreadsafe { loop in
            ran.add()
            loop.stop()
        }
        first.cancel()
        try loop.runForever()
        try expectEqual(ran.value, 2, "callbacks that ran")
        try expectEqual("\(first)", "<Handle cancelled>", "the first")
        try loop.close()
    }

    static let threadsafeCancelledInside = Scenario.loop(
        "the loop can cancel a post that it has not reached", "S15"
    ) { loop, _ in
        let ran = Box(0)
        let held = Gone()
        let token = held.make()
        let posted = Once<Handle>()
        OwnThread { [token] in
            posted.finish(
                try! loop.callSoonThreadsafe { _ in
                    ran.value += 1
                    withExtendedLifetime(token) {}
                })
        }.join()
        // This step has not ended, so the letter is not opened.
        posted.wait(.zero)!.cancel()
        try await loop.turns()
        try expectEqual(ran.value, 0, "calls")
    }

    static let threadsafeClosed = Scenario.asyncioBlocking(
        "callSoonThreadsafe of a closed loop is an error", "S15 S7",
        mirrors: "test_events.EventLoopTestsMixin.test_close"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        try loop.runUntilComplete { _ in }
        try loop.close()
        let held = Gone()
        let result = Result { [token = held.make()] in
            _ = try loop.callSoonThreadsafe { _ in withExtendedLifetime(token) {} }
        }
        try expect(failed(result, LoopError.closed), "\(result)")
        try expect("\(LoopError.closed)".hasPrefix("Event loop is closed"), "the message: \(LoopError.closed)")
        try expect(held.isGone, "what was refused is still held")
    }

    static let threadsafeBeforeRun = Scenario.asyncioBlocking(
        "posts before the first run are there in its first turn, in order", "S15 S4",
        mirrors: "test_events.EventLoopTestsMixin.test_call_soon"
    ) { context in
        let loop = try Loop(context.backend, options: .testing)
        let order = Journal()
        for index in 0..<5 { try loop.callSoonThreadsafe { _ in order.add("\(index)") } }
        loop.stop()
        try loop.runForever()
        try expectEqual(order.all, ["0", "1", "2", "3", "4"], "the order")
        try loop.close()
    }

    static let foreignCancel = Scenario.loop(
        "a callback cancelled by another thread does not run", "S14 S15"
    ) { loop, _ in
        let ran = Box(0)
        let held = Gone()
        let handle = loop.callSoon { [token = held.make()] in
            ran.value += 1
            withExtendedLifetime(token) {}
        }
        OwnThread { handle.cancel() }.join()
        try expect(!held.isGone, "what belongs to the loop was let go on another thread")
        try await loop.turns(2)
        try expect(held.isGone && ran.value == 0, "it ran \(ran.value) times, or is still held")
    }
}
