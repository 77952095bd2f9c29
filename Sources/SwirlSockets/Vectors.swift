import CSwirlSystem

/// Pieces of memory for `sendmsg(2)`, and how far they are sent.
///
/// The kernel reads the `msghdr` and the vectors after the call that submits them, so both lie on the heap until the
/// operation has ended (D4).
@unsafe
struct Vectors {
    private static let vectorsMax = 1024

    let message: UnsafeMutablePointer<msghdr>
    private let memory: UnsafeMutableRawBufferPointer
    private let vectors: UnsafeMutableBufferPointer<iovec>
    private let state: UnsafeMutablePointer<Int>

    init(_ pieces: [[UInt8]]) {
        unsafe message = .allocate(capacity: 1)
        unsafe message.initialize(to: msghdr())
        unsafe memory = .allocate(byteCount: max(1, pieces.reduce(0) { $0 + $1.count }), alignment: 16)
        let filled = pieces.filter { !$0.isEmpty }
        unsafe vectors = .allocate(capacity: filled.count)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: 0)
        var at = 0
        for (index, piece) in filled.enumerated() {
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[at...]).copyBytes(from: piece)
            unsafe vectors.initializeElement(at: index, to: iovec(iov_base: memory.baseAddress! + at, iov_len: piece.count))
            at += piece.count
        }
    }

    /// Points the message at what is left. False when nothing is.
    func prepare() -> Bool {
        let first = unsafe state.pointee
        guard unsafe first < vectors.count else { return false }
        unsafe message.pointee.msg_iov = vectors.baseAddress! + first
        unsafe message.pointee.msg_iovlen = min(Self.vectorsMax, vectors.count - first)
        return true
    }

    func advance(by count: Int) {
        var left = count
        while unsafe state.pointee < vectors.count {
            let index = unsafe state.pointee
            guard unsafe left >= vectors[index].iov_len else {
                unsafe vectors[index].iov_base = vectors[index].iov_base + left
                unsafe vectors[index].iov_len -= left
                return
            }
            unsafe left -= vectors[index].iov_len
            unsafe state.pointee += 1
        }
    }

    func free() {
        unsafe message.deallocate()
        unsafe memory.deallocate()
        unsafe vectors.deallocate()
        unsafe state.deallocate()
    }
}
