/// A queue that gives the newest item first. Corresponds to `asyncio.LifoQueue`.
///
/// Tasks that wait are served first in first out all the same. One that waits for an item gets the newest that is there when
/// it runs.
public final class LifoQueue<Element: Sendable>: Queue<Element>, @unchecked Sendable {
    // Sendable: as Queue.
    override var kindName: String { "LifoQueue" }

    override func take(after given: Int) -> Element {
        items.removeLast()
    }
}
