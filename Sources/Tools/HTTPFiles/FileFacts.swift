/// What an answer depends on of an open file, from one `fstat`.
package struct FileFacts: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case regular, directory
        /// A socket, a FIFO, a device: never served.
        case other
    }

    package var kind: Kind
    package var size: Int64
    /// The time of the last modification: seconds since 1970, and the nanoseconds of that second.
    package var modifiedSeconds: Int64
    package var modifiedNanoseconds: Int64
    package var inode: UInt64

    package init(kind: Kind, size: Int64, modifiedSeconds: Int64, modifiedNanoseconds: Int64 = 0, inode: UInt64 = 0) {
        self.kind = kind
        self.size = size
        self.modifiedSeconds = modifiedSeconds
        self.modifiedNanoseconds = modifiedNanoseconds
        self.inode = inode
    }

    package var modified: HTTPDate { HTTPDate(seconds: modifiedSeconds) }
    package var entityTag: EntityTag { EntityTag(self) }
}
