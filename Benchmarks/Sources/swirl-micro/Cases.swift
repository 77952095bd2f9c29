import Dispatch
import Swirl

// The cases by name. The first seven are those that other runtimes are measured by (spawn, yield, timers, sleeps, work from
// another thread); the rest are Swirl's own primitives. `operations` of a case is what its cost is divided by.

private let million = 1_000_000

let cases: [(name: String, operations: Int, body: @Sendable (isolated Loop, Int) async throws -> Void)] = [
    ("spawn_seq", million, spawnOneByOne),
    ("spawn_batch", million, spawnByThousands),
    ("yield", million, yieldInTurn),
    ("timer_cancel", million, cancelTimers),
    ("sleep_100k", 100_000, sleepTogether),
    ("xthread_rt", 100_000, postAndWait),
    ("xthread_post", million, postAll),
    ("call_soon", million, callSoonInTurn),
    ("submit_rt", 100_000, submitAndWait),
    ("lock_handover", million, handLockOver),
    ("queue_handover", million, handItemsOver),
]

/// Create a task, await it.
@Sendable private func spawnOneByOne(_ loop: isolated Loop, _ count: Int) async throws {
    var sum = 0
    for index in 0..<count { sum &+= try await loop.createTask { index &+ 1 }.value }
    precondition(sum == count * (count + 1) / 2)
}

@Sendable private func spawnByThousands(_ loop: isolated Loop, _ count: Int) async throws {
    var sum = 0
    for start in stride(from: 0, to: count, by: 1000) {
        let tasks = (start..<min(start + 1000, count)).map { index in loop.createTask { index + 1 } }
        for task in tasks { sum &+= try await task.value }
    }
    precondition(sum == count * (count + 1) / 2)
}

/// Two tasks that take turns.
@Sendable private func yieldInTurn(_ loop: isolated Loop, _ count: Int) async throws {
    let tasks = (0..<2).map { _ in
        loop.createTask { for _ in 0..<count / 2 { try await loop.sleep(for: .zero) } }
    }
    for task in tasks { try await task.value }
}

/// 10,000 timers under way at a time, none of which fires.
@Sendable private func cancelTimers(_ loop: isolated Loop, _ count: Int) async throws {
    for _ in 0..<count / 10_000 {
        let timers = (0..<10_000).map { _ in loop.callLater(.milliseconds(.random(in: 1000...10000))) {} }
        for timer in timers { timer.cancel() }
        try await loop.sleep(for: .zero)
    }
}

@Sendable private func sleepTogether(_ loop: isolated Loop, _ count: Int) async throws {
    let tasks = (0..<count).map { _ in
        loop.createTask { try await loop.sleep(for: .microseconds(.random(in: 10_000...110_000))) }
    }
    for task in tasks { try await task.value }
}

@Sendable private func callSoonInTurn(_ loop: isolated Loop, _ count: Int) async throws {
    let done = Future<Void>()
    var left = count
    func again(_ loop: isolated Loop) {
        left -= 1
        if left > 0 { loop.callSoon { again(loop) } } else { try? done.setResult(()) }
    }
    loop.callSoon { again(loop) }
    try await done.value
}

/// Two tasks that want the same lock: each release hands it to the other, which has waited for it.
@Sendable private func handLockOver(_ loop: isolated Loop, _ count: Int) async throws {
    let lock = Lock()
    let tasks = (0..<2).map { _ in
        loop.createTask {
            try await lock.acquire()
            // The other one comes and waits.
            try await loop.sleep(for: .zero)
            for _ in 0..<count / 2 {
                try lock.release(on: loop)
                try await lock.acquire()
            }
            try lock.release(on: loop)
        }
    }
    for task in tasks { try await task.value }
}

/// A queue with room for one item: giver and taker wait for each other.
@Sendable private func handItemsOver(_ loop: isolated Loop, _ count: Int) async throws {
    let queue = Queue<Int>(maxSize: 1)
    let giving = loop.createTask { for index in 0..<count { try await queue.put(index) } }
    var sum = 0
    for _ in 0..<count { sum &+= try await queue.get() }
    try await giving.value
    precondition(sum == count * (count - 1) / 2)
}

/// Another thread posts a callback and waits for it, again and again.
@Sendable private func postAndWait(_ loop: isolated Loop, _ count: Int) async throws {
    try await onThread(loop) {
        let back = DispatchSemaphore(value: 0)
        for _ in 0..<count {
            _ = try! loop.callSoonThreadsafe { _ in back.signal() }
            back.wait()
        }
    }
}

private final class Counter: @unchecked Sendable {
    // Sendable: touched on the loop's thread only.
    var count = 0
}

@Sendable private func postAll(_ loop: isolated Loop, _ count: Int) async throws {
    try await onThread(loop) {
        let (back, counter) = (DispatchSemaphore(value: 0), Counter())
        for _ in 0..<count {
            _ = try! loop.callSoonThreadsafe { _ in
                counter.count += 1
                if counter.count == count { back.signal() }
            }
        }
        back.wait()
    }
}

/// The same with a task for each.
@Sendable private func submitAndWait(_ loop: isolated Loop, _ count: Int) async throws {
    try await onThread(loop) {
        let back = DispatchSemaphore(value: 0)
        for _ in 0..<count {
            _ = try! loop.submit { (_: isolated Loop) in back.signal() }
            back.wait()
        }
    }
}

/// Runs `body` on a thread of its own; the loop goes on meanwhile.
private func onThread(_ loop: isolated Loop, _ body: @escaping @Sendable () -> Void) async throws {
    let done = Future<Void>()
    DispatchQueue(label: "caller").async {
        body()
        _ = try? loop.callSoonThreadsafe { loop in try? done.setResult((), on: loop) }
    }
    try await done.value
}
