/// Who may put and who may get: a queue's counts and lines, without its items.
///
/// Apart from `Queue` because nothing of it depends on the type of the items, and is compiled once.
///
/// An item that finds a task waiting is that task's from then on, and so is a place that becomes free: it counts no more,
/// neither as an item nor as a place. The task fetches it when it runs, which it always does, cancelled or not. So: nobody
/// waits for an item while one is nobody's, and nobody waits for a place while one is free.
final class QueueGate: @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.

    /// The results of waits.
    static let given: Int32 = 0
    static let shutDown: Int32 = 1

    let core: LoopCore
    /// 0: without a limit.
    let sizeMax: Int
    @safe @exclusivity(unchecked) private var getters: WaitLine
    @safe @exclusivity(unchecked) private var putters: WaitLine
    @safe @exclusivity(unchecked) private var joiners: WaitLine
    /// Items that are in the queue and nobody's.
    @safe @exclusivity(unchecked) private(set) var count = 0
    /// Items that are in the queue and belong to tasks that have not run yet.
    @safe @exclusivity(unchecked) private(set) var givenItems = 0
    /// Free places that belong to tasks that have not run yet.
    @safe @exclusivity(unchecked) private var givenPlaces = 0
    /// Items that were put, and of which no `taskDone` has spoken.
    @safe @exclusivity(unchecked) private var unfinished = 0
    @safe @exclusivity(unchecked) private(set) var isShutDown = false
    /// Shut down at once: the items are gone, the given ones too.
    @safe @exclusivity(unchecked) private var isEmptied = false

    init(sizeMax: Int, core: LoopCore) {
        self.sizeMax = sizeMax
        self.core = core
        getters = WaitLine(core: core)
        putters = WaitLine(core: core)
        joiners = WaitLine(core: core)
    }

    var isFull: Bool { sizeMax > 0 && count + givenPlaces >= sizeMax }

    // MARK: Putting

    func claimPlace() throws(QueueError) {
        if isShutDown { throw .shutDown }
        if isFull { throw .full }
    }

    nonisolated(nonsending) func waitForPlace() async throws {
        try await core.admit("Queue.put")
        if isShutDown { throw QueueError.shutDown }
        guard isFull else { return }
        let result = await core.wait(for: putters.join())
        try Ending.check(result)
        if result == Self.given { givenPlaces -= 1 }
        if isShutDown { throw QueueError.shutDown }
    }

    /// An item was put where a place was claimed.
    func itemCame() {
        unfinished += 1
        if getters.handOver(Self.given) { givenItems += 1 } else { count += 1 }
        // The place was given, and now its item goes straight on.
        givePlaces()
    }

    // MARK: Getting

    func claimItem() throws(QueueError) {
        guard count > 0 else { throw isShutDown ? .shutDown : .empty }
        count -= 1
    }

    /// - Returns: how many of the oldest items are not for the caller, but for tasks that came first.
    nonisolated(nonsending) func waitForItem() async throws -> Int {
        try await core.admit("Queue.get")
        if count > 0 {
            count -= 1
            return givenItems
        }
        if isShutDown { throw QueueError.shutDown }
        let result = await core.wait(for: getters.join())
        try Ending.check(result)
        if result == Self.given { givenItems -= 1 }
        if result == Self.shutDown || isEmptied { throw QueueError.shutDown }
        return 0
    }

    /// An item was taken that had been claimed, or it was given to the caller.
    func itemWent() {
        givePlaces()
    }

    private func givePlaces() {
        while !isFull, putters.handOver(Self.given) { givenPlaces += 1 }
    }

    // MARK: Joining, shutting down

    func taskDone() throws(QueueError) {
        guard unfinished > 0 else { throw .doneTooOften }
        unfinished -= 1
        if unfinished == 0 { joiners.handOverToAll() }
    }

    nonisolated(nonsending) func join() async throws {
        try await core.admit("Queue.join")
        if unfinished > 0 { try Ending.check(await core.wait(for: joiners.join())) }
    }

    /// The queue takes nothing more. `dropped`: its items are gone.
    func shutDown(dropped: Bool) {
        isShutDown = true
        if dropped && !isEmptied {
            isEmptied = true
            unfinished -= min(unfinished, count + givenItems)
            count = 0
            if unfinished == 0 { joiners.handOverToAll() }
        }
        getters.handOverToAll(Self.shutDown)
        putters.handOverToAll(Self.shutDown)
    }

    var text: String {
        let tasks = unfinished > 0 ? " tasks=\(unfinished)" : ""
        return " maxsize=\(sizeMax)" + (count > 0 ? " size=\(count)" : "") + getters.text("getters") + putters.text("putters")
            + tasks + (isShutDown ? " shutdown" : "")
    }
}
