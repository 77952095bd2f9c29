/// How one operation went: a completion-queue entry, whoever made it.
///
/// 16 bytes, pinned by a test:
///
/// ```text
/// | token: 8 | result: 4 | flags: 2 | buffer: 2 |
/// ```
public struct Completion: Sendable {
    public let token: Token
    /// The value, or a negative error number. `EINTR` and `EAGAIN` never come out of a driver's `wait` (D7).
    public let result: Int32
    public let flags: Flags
    /// Which buffer of the group holds the bytes; meaningful with `Flags.buffer` only.
    public let buffer: UInt16

    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt16

        @inlinable
        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// The operation stays armed; another completion with this token follows. Without it this one is terminal.
        @inlinable
        public static var more: Flags { Flags(rawValue: 1 << 0) }
        /// `buffer` names where the received bytes are.
        @inlinable
        public static var buffer: Flags { Flags(rawValue: 1 << 1) }
        /// The driver goes on filling this buffer behind these bytes; without it the buffer is filled.
        @inlinable
        public static var bufferMore: Flags { Flags(rawValue: 1 << 2) }
    }

    @inlinable
    public init(token: Token, result: Int32, flags: Flags = [], buffer: UInt16 = 0) {
        self.token = token
        self.result = result
        self.flags = flags
        self.buffer = buffer
    }
}
