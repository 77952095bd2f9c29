// Timers, nearest first: a heap of four children a node, whose entries know their place.
//
// A cancelled timer must leave at once: a server that sets an idle timeout for each request cancels nearly every timer
// it makes, and a heap that only marks them (asyncio's) fills with garbage and has to be swept. So each timer has a
// record with its index in the heap, and removing it costs what inserting does: O(log n). Four children instead of two
// halve the depth, and the keys of siblings share a cache line.
//
// Equal deadlines fire in the order of their insertion: the key is (deadline, sequence number).

/// The name of a timer: its record's index and generation, so that one which has fired is not cancelled by mistake.
struct TimerID: Hashable {
    let index: UInt32
    let generation: UInt32

    static let none = TimerID(index: .max, generation: 0)
}

/// What a due timer does.
enum TimerAction {
    /// Ends a sleep.
    case wake(Token)
    /// An operation's deadline has passed.
    case expire(Token)
    case call(TimerHandle)
    /// Ends the loop's wait.
    case nothing
}

struct TimerHeap: ~Copyable {
    private struct Node {
        let deadline: Int64
        let sequence: UInt64
        let record: UInt32

        static func < (a: Node, b: Node) -> Bool {
            a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence
        }
    }

    private struct Record {
        var generation: UInt32
        /// The place in `heap`, or the next free record.
        var position: Int
        var action: TimerAction?
    }

    private var heap: [Node] = []
    private var records: [Record] = []
    private var firstFree = -1
    private var sequence: UInt64 = 0

    var count: Int { heap.count }

    /// When the nearest timer is due.
    var nextDeadline: Int64? { heap.first?.deadline }

    /// - Complexity: O(log n).
    mutating func insert(at deadline: Int64, _ action: TimerAction) -> TimerID {
        let index: Int
        if firstFree >= 0 {
            index = firstFree
            firstFree = records[index].position
        } else {
            index = records.count
            records.append(Record(generation: 0, position: 0, action: nil))
        }
        records[index].action = action
        sequence += 1
        heap.append(Node(deadline: deadline, sequence: sequence, record: UInt32(index)))
        siftUp(from: heap.count - 1)
        return TimerID(index: UInt32(index), generation: records[index].generation)
    }

    /// Takes a timer out. False when it has fired or was removed before.
    ///
    /// - Complexity: O(log n).
    @discardableResult
    mutating func remove(_ timer: TimerID) -> Bool {
        let index = Int(timer.index)
        guard index < records.count, records[index].generation == timer.generation, records[index].action != nil else {
            return false
        }
        removeNode(at: records[index].position)
        free(index)
        return true
    }

    /// Takes out the nearest timer, if it is due.
    mutating func popDue(now: Int64) -> TimerAction? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let index = Int(first.record)
        let action = records[index].action
        removeNode(at: 0)
        free(index)
        return action
    }

    private mutating func free(_ index: Int) {
        records[index].action = nil
        records[index].generation &+= 1
        records[index].position = firstFree
        firstFree = index
    }

    private mutating func removeNode(at position: Int) {
        let last = heap.removeLast()
        guard position < heap.count else { return }
        place(last, at: position)
        if position > 0, last < heap[(position - 1) / 4] {
            siftUp(from: position)
        } else {
            siftDown(from: position)
        }
    }

    private mutating func place(_ node: Node, at position: Int) {
        heap[position] = node
        records[Int(node.record)].position = position
    }

    private mutating func siftUp(from start: Int) {
        let node = heap[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 4
            guard node < heap[parent] else { break }
            place(heap[parent], at: position)
            position = parent
        }
        place(node, at: position)
    }

    private mutating func siftDown(from start: Int) {
        let node = heap[start]
        var position = start
        while true {
            let first = position * 4 + 1
            guard first < heap.count else { break }
            var least = first
            for child in first + 1..<max(first + 1, min(first + 4, heap.count)) where heap[child] < heap[least] {
                least = child
            }
            guard heap[least] < node else { break }
            place(heap[least], at: position)
            position = least
        }
        place(node, at: position)
    }
}
