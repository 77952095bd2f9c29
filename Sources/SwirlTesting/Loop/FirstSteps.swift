import SwirlCore

extension Conformance {
    static let firstSteps = [tasksBeginInOrder, tasksOfAnotherThreadBeginInOrder]

    /// ORD-01, S4: whatever a task's body is isolated to, its first step is one trip through the ready queue.
    static let tasksBeginInOrder = Scenario.loop("tasks begin in their turn among callbacks and continuations", "ORD-01 S4") {
        loop, _ in
        let order = Box<[Int]>([])
        loop.createTask { order.value.append(1) }
        loop.callSoon { order.value.append(2) }
        loop.createTask { (loop: isolated Loop) in order.value.append(3) }
        loop.callSoon { order.value.append(4) }
        startFunction(on: loop) { order.value.append(5) }
        loop.callSoon { order.value.append(6) }
        startIsolatedToNothing(on: loop) { order.value.append(7) }
        loop.callSoon { order.value.append(8) }
        try await loop.sleep(for: .zero)
        order.value.append(9)
        try expectEqual(order.value, Array(1...9), "the order")
    }

    /// The same for what comes through the inbox.
    static let tasksOfAnotherThreadBeginInOrder = Scenario.loop(
        "tasks of another thread begin in their turn among its callbacks", "ORD-01"
    ) { loop, _ in
        let order = Box<[Int]>([])
        let made = Future<Void>()
        OwnThread.detached {
            _ = try? loop.callSoonThreadsafe { _ in order.value.append(1) }
            startIsolatedToNothing(on: loop) { order.value.append(2) }
            _ = try? loop.callSoonThreadsafe { _ in order.value.append(3) }
            loop.createTask { (loop: isolated Loop) in order.value.append(4) }
            startFunction(on: loop) { order.value.append(5) }
            _ = try? loop.callSoonThreadsafe { loop in try? made.setResult((), on: loop) }
        }
        try await made.value
        try expectEqual(order.value, Array(1...5), "the order")
    }
}

/// A task that runs a value of function type.
private func startFunction(on loop: Loop, _ body: @escaping @Sendable () async throws -> Void) {
    loop.createTask(body)
}

/// A task made where nothing is isolated, by a closure that is not either.
private func startIsolatedToNothing(
    on loop: Loop, _ body: @escaping @Sendable @concurrent () async throws -> Void
) {
    loop.createTask { try await body() }
}
