/// How a driver does each operation on this machine, for people and for the core.
public struct Capabilities: Sendable {
    /// How one operation is done.
    public enum Support: String, Sendable {
        /// By the backend's own mechanism, or by one direct call that cannot block.
        case native
        /// Tried, and tried again when the descriptor is ready.
        case readiness
        /// By the loop's blocking pool.
        case offloaded
        /// Not at all; the core has another way.
        case unsupported
    }

    public struct Entry: Sendable {
        public let support: Support
        /// What a person should know: which call, and why not better.
        public let note: String

        public init(_ support: Support, _ note: String = "") {
            self.support = support
            self.note = note
        }
    }

    /// Whether `receiveGroup` works: the kernel picks a buffer when bytes arrive. Without it the core waits until a
    /// descriptor is readable, picks a buffer itself and receives into that.
    public let picksBuffers: Bool

    private let entries: [Operation.Kind: Entry]

    public init(picksBuffers: Bool, _ entries: [Operation.Kind: Entry]) {
        self.picksBuffers = picksBuffers
        self.entries = entries
    }

    public subscript(kind: Operation.Kind) -> Entry {
        entries[kind] ?? Entry(.unsupported, "the driver says nothing about it")
    }
}
