/// Bytes that a stream received, lent from the loop's buffers: they go back when the chunk ends.
///
/// Not copyable: there is one holder, and the compiler ends it where it is last used. Hold chunks briefly, or copy: what
/// is held counts in the stream's share (`LoopOptions.receiveShareBytes`), and a stream that holds all of its share gets
/// its next bytes in memory of their own.
public struct Chunk: ~Copyable, Sendable {
    @usableFromInline var lease: Lease?

    @usableFromInline
    package init(_ lease: Lease) {
        self.lease = lease
    }

    deinit {
        lease?.end()
    }

    /// How many bytes there are; never 0.
    @inlinable
    public var count: Int { lease!.left }

    /// The bytes. The span cannot outlive the chunk.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // SAFETY: the lease keeps the slice from being used again until the chunk ends.
            let span = unsafe RawSpan(_unsafeBytes: lease!.bytes)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes, for a call that does not keep them.
    @inlinable
    package var lentBytes: UnsafeRawBufferPointer { unsafe lease!.bytes }

    /// The lease, which the caller now has to end.
    package consuming func take() -> Lease {
        let taken = lease!
        lease = nil
        return taken
    }
}
