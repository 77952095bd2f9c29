import DequeModule

/// Items on their way from tasks that put them to tasks that get them, first in first out. Corresponds to `asyncio.Queue`.
///
/// ```swift
/// let queue = Queue<URL>(maxSize: 100)
/// let worker = loop.createTask {
///     while true {
///         let url = try await queue.get()
///         await fetch(url)
///         try queue.taskDone()
///     }
/// }
/// for url in urls { try await queue.put(url) }
/// try await queue.join()
/// worker.cancel()
/// ```
///
/// With a `maxSize` it holds fast producers back: the way to keep memory bounded. Fair: whoever has waited longest gets the
/// next item, or the next place. An item that is put while a task waits is that task's at once, and no more counted.
///
/// It belongs to the loop that it was made on. Tasks of that loop and their child tasks use it; other threads put through
/// `callSoonThreadsafe`.
public class Queue<Element: Sendable>: CustomStringConvertible, @unchecked Sendable {
    // Sendable: all that changes belongs to the loop's owner thread.
    let gate: QueueGate
    @safe @exclusivity(unchecked) final var items: Deque<Element> = []

    init(maxSize: Int, core: LoopCore) {
        gate = QueueGate(sizeMax: max(0, maxSize), core: core)
    }

    /// An empty queue of the loop that the caller runs on.
    ///
    /// - Parameter maxSize: how many items it holds before `put` waits; 0: as many as come.
    public convenience init(maxSize: Int = 0, on loop: isolated Loop = #isolation) {
        self.init(maxSize: maxSize, core: loop.core)
    }

    // MARK: What a kind of queue is

    var kindName: String { "Queue" }

    func store(_ item: Element) {
        items.append(item)
    }

    /// Takes out the next item. The oldest `given` ones are for tasks that have not run yet.
    func take(after given: Int) -> Element {
        given == 0 ? items.removeFirst() : items.remove(at: given)
    }

    func dropAll() {
        items.removeAll()
    }

    // MARK: Looking

    /// How many items it holds before `put` waits; 0: as many as come. From any thread. Corresponds to `Queue.maxsize`.
    public final var maxSize: Int { gate.sizeMax }

    /// How many items `getNowait` would give. Corresponds to `Queue.qsize`.
    public final func count(on loop: isolated Loop = #isolation) -> Int {
        gate.core.expectOwn(loop, "Queue.count")
        return gate.count
    }

    /// Whether `get` would wait. Corresponds to `Queue.empty`.
    public final func isEmpty(on loop: isolated Loop = #isolation) -> Bool {
        gate.core.expectOwn(loop, "Queue.isEmpty")
        return gate.count == 0
    }

    /// Whether `put` would wait. Never without a `maxSize`. Corresponds to `Queue.full`.
    public final func isFull(on loop: isolated Loop = #isolation) -> Bool {
        gate.core.expectOwn(loop, "Queue.isFull")
        return gate.isFull
    }

    /// Whether `shutdown` was called. asyncio does not tell.
    public final func isShutDown(on loop: isolated Loop = #isolation) -> Bool {
        gate.core.expectOwn(loop, "Queue.isShutDown")
        return gate.isShutDown
    }

    public final var description: String { "<\(kindName)\(gate.core.isOnOwnerThread ? gate.text : "")>" }

    // MARK: Putting

    /// Puts an item; waits while the queue is full. Corresponds to `Queue.put`.
    ///
    /// Does not suspend when there is room, as in asyncio. Whoever waits for an item gets this one, and runs later.
    ///
    /// - Throws: `QueueError.shutDown`, `CancellationError`, `LoopError.closed`, `WrongLoopError`; the item is not put then.
    /// - Cancellation: ends the wait. A cancelled task that was given a place in the same turn puts its item and returns.
    public final nonisolated(nonsending) func put(_ item: Element) async throws {
        try await gate.waitForPlace()
        store(item)
        gate.itemCame()
    }

    /// Puts an item at once. Corresponds to `Queue.put_nowait`.
    ///
    /// - Throws: `QueueError.full`, `QueueError.shutDown`.
    public final func putNowait(_ item: Element, on loop: isolated Loop = #isolation) throws(QueueError) {
        gate.core.expectOwn(loop, "Queue.putNowait")
        try gate.claimPlace()
        store(item)
        gate.itemCame()
    }

    // MARK: Getting

    /// Gets an item; waits while there is none. Corresponds to `Queue.get`.
    ///
    /// Does not suspend when there is one, as in asyncio.
    ///
    /// - Throws: `QueueError.shutDown` when the queue is shut down and empty; `CancellationError`, `LoopError.closed`,
    ///   `WrongLoopError`; no item is taken then.
    /// - Cancellation: ends the wait. A cancelled task that was given an item in the same turn returns with it.
    public final nonisolated(nonsending) func get() async throws -> Element {
        let item = take(after: try await gate.waitForItem())
        gate.itemWent()
        return item
    }

    /// Gets an item at once. Corresponds to `Queue.get_nowait`.
    ///
    /// - Throws: `QueueError.empty`, `QueueError.shutDown`.
    public final func getNowait(on loop: isolated Loop = #isolation) throws(QueueError) -> Element {
        gate.core.expectOwn(loop, "Queue.getNowait")
        try gate.claimItem()
        let item = take(after: gate.givenItems)
        gate.itemWent()
        return item
    }

    // MARK: Joining, shutting down

    /// Says that what an item asked for is done. Corresponds to `Queue.task_done`.
    ///
    /// - Throws: `QueueError.doneTooOften` when it was said of every item that was put.
    public final func taskDone(on loop: isolated Loop = #isolation) throws(QueueError) {
        gate.core.expectOwn(loop, "Queue.taskDone")
        try gate.taskDone()
    }

    /// Waits until `taskDone` was said of every item that was put. Corresponds to `Queue.join`.
    ///
    /// - Throws: `CancellationError`, `LoopError.closed`, `WrongLoopError`.
    /// - Cancellation: ends the wait.
    public final nonisolated(nonsending) func join() async throws {
        try await gate.join()
    }

    /// Ends the queue: nothing more is put, and when the items that it has are gone `get` throws `QueueError.shutDown`. Who
    /// waits to put or to get does so at once. For good. Corresponds to `Queue.shutdown`.
    ///
    /// - Parameter immediate: drops the items, too, and takes `taskDone` as said of them. Those that were put for a waiting
    ///   task that has not run yet are dropped with the rest.
    public final func shutdown(immediate: Bool = false, on loop: isolated Loop = #isolation) {
        gate.core.expectOwn(loop, "Queue.shutdown")
        if immediate { dropAll() }
        gate.shutDown(dropped: immediate)
    }
}

/// What a queue cannot do now.
public enum QueueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no item. Corresponds to `asyncio.QueueEmpty`.
    case empty
    /// There is no room. Corresponds to `asyncio.QueueFull`.
    case full
    /// The queue was shut down. Corresponds to `asyncio.QueueShutDown`.
    case shutDown
    /// Corresponds to asyncio's ValueError «task_done() called too many times».
    case doneTooOften

    public var description: String {
        switch self {
        case .empty: "the queue is empty: await get() to wait for an item"
        case .full: "the queue is full: await put() to wait for room"
        case .shutDown: "the queue is shut down: nothing more comes or goes, make another one"
        case .doneTooOften: "taskDone() was called too many times: call it once for each item that you got"
        }
    }
}
