import SwirlCore

extension Conformance {
    /// S12: by the loop, in order, never inline.
    static let futureCallbacks = [
        removeFirst, removeFirstAndSecond, removeThird, calledOnResult, calledOnError, calledOnCancel, removedCounted,
        removedTooLate, removedAll, callbackAddedLate, callbackCancelled, callbackFromThread, callbackHoldsNothing,
    ]

    /// Three callbacks, of which some are taken back, some of them twice.
    private static func removal(
        _ name: String, _ mirrors: String, _ removed: [Int], _ left: [Int]
    ) -> Scenario {
        .asyncio(name, "S12", mirrors: "test_futures.BaseFutureDoneCallbackTests." + mirrors) { loop, _ in
            let future = Future<Int>()
            let bag = Box<[Int]>([])
            var handles: [Handle] = []
            for index in 0..<3 { handles.append(future.addDoneCallback { _ in bag.value.append(index) }) }
            var times = [1, 1, 1]
            for index in removed {
                try expectEqual(future.removeDoneCallback(handles[index]), times[index] == 1, "removal of \(index)")
                times[index] = 0
            }
            try future.setResult(1)
            try expectEqual(bag.value, [], "called inline")
            try await loop.turns(1)
            try expectEqual(bag.value, left, "called")
        }
    }

    private static let removeFirst = removal(
        "a future's first callback can be removed", "test_callbacks_remove_first_callback", [0, 0], [1, 2])
    private static let removeFirstAndSecond = removal(
        "a future's first and second callback can be removed", "test_callbacks_remove_first_and_second_callback", [0, 1, 0],
        [2])
    private static let removeThird = removal(
        "a future's third callback can be removed", "test_callbacks_remove_third_callback", [2, 2], [0, 1])

    private static let calledOnResult = Scenario.asyncio(
        "callbacks are called in order in the turn after the result is set", "S12 S4",
        mirrors: "test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result"
    ) { loop, _ in
        let future = Future<Int>()
        let bag = Box<[String]>([])
        future.addDoneCallback { bag.value.append("first \($0.stateNowText)") }
        let waiting = loop.createTask { bag.value.append("awaited \(try await future.value)") }
        try await loop.turns(3)
        future.addDoneCallback { _ in bag.value.append("second") }
        loop.callSoon { bag.value.append("ready before") }
        try future.setResult(42)
        loop.callSoon { bag.value.append("ready after") }
        try expectEqual(bag.value, [], "called inline")
        try await waiting.value
        try await loop.turns(1)
        let wanted = ["ready before", "first finished", "awaited 42", "second", "ready after"]
        try expectEqual(bag.value, wanted, "the order")
    }

    private static let calledOnError = Scenario.asyncio(
        "callbacks are called when an error is set", "S12",
        mirrors: "test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception"
    ) { loop, _ in
        let future = Future<Int>()
        let bag = Box<[Wrong?]>([])
        future.addDoneCallback { bag.value.append(((try? $0.error()) ?? nil) as? Wrong) }
        try future.setError(Wrong(number: 5))
        try expectEqual(bag.value, [], "called inline")
        try await loop.turns(1)
        try expectEqual(bag.value, [Wrong(number: 5)], "called")
    }

    private static let calledOnCancel = Scenario.loop("callbacks are called when a future is cancelled", "S12") { loop, _ in
        let future = Future<Int>()
        let bag = Box<[Bool]>([])
        future.addDoneCallback { bag.value.append($0.isCancelled()) }
        future.cancel()
        try expectEqual(bag.value, [], "called inline")
        try await loop.turns(1)
        try expectEqual(bag.value, [true], "called")
    }

    private static let removedCounted = Scenario.asyncio(
        "removing says whether the callback was there", "S12",
        mirrors: "test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback"
    ) { loop, _ in
        let (future, other) = (Future<Int>(), Future<Int>())
        let bag = Box<[Int]>([])
        let first = future.addDoneCallback { _ in bag.value.append(1) }
        let second = future.addDoneCallback { _ in bag.value.append(2) }
        try expect(future.removeDoneCallback(second), "it was not there")
        try expect(!other.removeDoneCallback(first), "it was another future's")
        let third = future.addDoneCallback { _ in bag.value.append(3) }
        var ones = [first]
        for _ in 0..<5 { ones.append(future.addDoneCallback { _ in bag.value.append(1) }) }
        for one in ones { try expect(future.removeDoneCallback(one), "one was not there") }
        try future.setResult(0)
        try await loop.turns(1)
        try expectEqual(bag.value, [3], "called")
        try expect(!future.removeDoneCallback(third), "it was still there")
    }

    private static let removedTooLate = Scenario.asyncio(
        "a callback that removes others which are ready stops none", "S12",
        mirrors: "test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1"
    ) { loop, _ in
        let future = Future<Int>()
        let bag = Box<[Int]>([])
        let others = Box<[Handle]>([])
        future.addDoneCallback { future in
            for handle in others.value where future.removeDoneCallback(handle) { bag.value.append(-1) }
        }
        for index in 0..<2 { others.value.append(future.addDoneCallback { _ in bag.value.append(index) }) }
        try future.setResult(1)
        try await loop.turns(1)
        try expectEqual(bag.value, [0, 1], "called")
    }

    private static let removedAll = Scenario.asyncio(
        "all of many callbacks can be removed, in any order", "S12",
        mirrors: "test_futures.BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_clear"
    ) { loop, _ in
        let future = Future<Int>()
        let bag = Box<[Int]>([])
        var handles: [Handle] = []
        for index in 0..<64 { handles.append(future.addDoneCallback { _ in bag.value.append(index) }) }
        while !handles.isEmpty {
            try expect(future.removeDoneCallback(handles.remove(at: handles.count * 7 % 11 % handles.count)), "not there")
        }
        try expectEqual("\(future)", "<Future pending>", "its description")
        try future.setResult(1)
        try await loop.turns(1)
        try expectEqual(bag.value, [], "called")
    }

    private static let callbackAddedLate = Scenario.loop(
        "a callback added to a future that is done is called in the next turn", "S12"
    ) {
        loop, _ in
        let future = Future<Int>()
        let bag = Box<[String]>([])
        try future.setResult(1)
        loop.callSoon { bag.value.append("ready") }
        future.addDoneCallback { _ in bag.value.append("late") }
        try expectEqual(bag.value, [], "called inline")
        try await loop.turns(1)
        try expectEqual(bag.value, ["ready", "late"], "called")
    }

    private static let callbackCancelled = Scenario.loop("a done callback's handle stops it even when it is ready", "S12 S14") {
        loop, _ in
        let future = Future<Int>()
        let bag = Box<[Int]>([])
        var handles: [Handle] = []
        for index in 0..<2 { handles.append(future.addDoneCallback { _ in bag.value.append(index) }) }
        try future.setResult(1)
        handles[0].cancel()
        try expect("\(handles[0])".contains("cancelled"), "\(handles[0])")
        try await loop.turns(1)
        try expectEqual(bag.value, [1], "called")
    }

    private static let callbackFromThread = Scenario.loop("a callback added by another thread is called by the loop", "S12 S17") {
        loop, _ in
        let task = loop.createTask { 7 }
        let results = Once<Int>()
        OwnThread.detached {
            _ = try? task.addDoneCallbackThreadsafe { loop, task in
                loop.preconditionIsolated()
                results.finish((try? task.result()) ?? -1)
            }
        }
        try expectEqual(await results.get(), 7, "the result in the callback")
    }

    private static let callbackHoldsNothing = Scenario.loop(
        "a future that nobody can finish any more goes with its callbacks", "S5 S12"
    ) { loop, _ in
        let bag = Box<[Int]>([])
        weak var gone: AnyFuture?
        do {
            let futures = (0..<100).map { _ in loop.createFuture(of: Int.self) }
            for future in futures { future.addDoneCallback { _ in bag.value.append(1) } }
            gone = futures[50]
        }
        try await loop.turns(1)
        try expect(gone == nil, "it is still there")
        try expectEqual(bag.value, [], "called")
    }
}

extension Future {
    /// Its state, in a callback.
    fileprivate var stateNowText: String { "\(state())" }
}
