/// A queue that gives the least item first; equal ones in the order in which they were put. Corresponds to
/// `asyncio.PriorityQueue`, which promises nothing of equal ones.
///
/// Tasks that wait are served first in first out all the same. One that waits for an item gets the least that is there when
/// it runs. Putting and getting are O(log n).
public final class PriorityQueue<Element: Sendable>: Queue<Element>, @unchecked Sendable {
    // Sendable: as Queue.

    /// An item and its place among equals.
    private struct Entry {
        let item: Element
        let number: UInt64
    }

    /// A binary heap: no entry comes before its parent.
    private var heap: [Entry] = []
    private var nextNumber: UInt64 = 0
    private let precedes: @Sendable (Element, Element) -> Bool

    init(maxSize: Int, precedes: @escaping @Sendable (Element, Element) -> Bool, core: LoopCore) {
        self.precedes = precedes
        super.init(maxSize: maxSize, core: core)
    }

    /// An empty queue of the loop that the caller runs on.
    ///
    /// - Parameters:
    ///   - maxSize: how many items it holds before `put` waits; 0: as many as come.
    ///   - precedes: whether the first of two items comes before the second; a strict order.
    public convenience init(
        maxSize: Int = 0, by precedes: @escaping @Sendable (Element, Element) -> Bool, on loop: isolated Loop = #isolation
    ) {
        self.init(maxSize: maxSize, precedes: precedes, core: loop.core)
    }

    override var kindName: String { "PriorityQueue" }

    override func store(_ item: Element) {
        heap.append(Entry(item: item, number: nextNumber))
        nextNumber += 1
        var index = heap.count - 1
        while index > 0, comes(heap[index], before: heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    override func take(after given: Int) -> Element {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var index = 0
        while let child = leastChild(of: index), comes(heap[child], before: heap[index]) {
            heap.swapAt(index, child)
            index = child
        }
        return first.item
    }

    override func dropAll() {
        heap.removeAll()
    }

    private func leastChild(of index: Int) -> Int? {
        let (left, right) = (2 * index + 1, 2 * index + 2)
        if right < heap.count { return comes(heap[right], before: heap[left]) ? right : left }
        return left < heap.count ? left : nil
    }

    private func comes(_ a: Entry, before b: Entry) -> Bool {
        if precedes(a.item, b.item) { return true }
        return !precedes(b.item, a.item) && a.number < b.number
    }
}

extension PriorityQueue where Element: Comparable {
    /// An empty queue of the loop that the caller runs on, whose least item is `<` all others.
    ///
    /// - Parameter maxSize: how many items it holds before `put` waits; 0: as many as come.
    public convenience init(maxSize: Int = 0, on loop: isolated Loop = #isolation) {
        self.init(maxSize: maxSize, precedes: { $0 < $1 }, core: loop.core)
    }
}
