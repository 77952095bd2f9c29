/// The name of one operation in flight: the slot that holds it and the slot's generation.
///
/// ```text
///  63            32 31             0
/// |   generation   |   slot index   |
/// ```
///
/// The generation changes each time the slot is freed, so a late completion for an operation that has ended finds
/// another generation and is dropped (URG-07). A driver hands tokens back as they are. Indices are
/// dense, so it may keep a table by `index`; then it compares generations as well.
public struct Token: Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable
    public init(index: UInt32, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(index)
    }

    /// For operations that end inline on every driver, and so need no slot.
    public static let inline = Token(index: .max, generation: 0)

    @inlinable public var index: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    @inlinable public var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
}
