/// Finds request heads in bytes that arrive cut anywhere.
///
/// Feed it what was received. It takes the bytes of at most one head and says how many it took, so what the client
/// sent ahead (a body, the next request) stays with the caller. A head that arrives whole is parsed where it lies;
/// only a head in pieces is copied, and what is held is bounded by `headLimit`.
package struct RequestHeadParser: Sendable {
    /// The most bytes a head may have, with the empty lines around it.
    package static let headLimit = HeadScanner.limit

    package enum Progress: Equatable, Sendable {
        /// Every byte was taken and the head is not complete.
        case needsMore
        /// A head, and how many of the bytes just fed belong to it.
        case head(RequestHead, consumed: Int)
    }

    private var scanner = HeadScanner()
    private var held: [UInt8] = []
    private var failure: HTTPFailure?

    package init() {}

    /// Whether no byte of a head has been taken: then a client that goes away, or stays silent, has asked for nothing.
    package var isIdle: Bool { scanner.isIdle && failure == nil }

    /// Takes the bytes of `chunk` up to the end of the head. After a failure nothing can be understood any more: it
    /// is thrown again at every call.
    package mutating func feed(_ chunk: Span<UInt8>) throws(HTTPFailure) -> Progress {
        if let failure { throw failure }
        do throws(HTTPFailure) {
            return try advance(chunk)
        } catch {
            failure = error
            held = []
            throw error
        }
    }

    package mutating func feed(_ chunk: RawSpan) throws(HTTPFailure) -> Progress {
        // SAFETY: the bytes are looked at within the closure only, and bytes of any memory are `UInt8`.
        try unsafe chunk.withUnsafeBytes { (bytes) throws(HTTPFailure) in
            try unsafe feed(bytes.bindMemory(to: UInt8.self).span)
        }
    }

    private mutating func advance(_ chunk: Span<UInt8>) throws(HTTPFailure) -> Progress {
        guard let end = try scanner.advance(chunk) else {
            hold(chunk)
            return .needsMore
        }
        scanner = HeadScanner()
        if held.isEmpty { return .head(try RequestHead(parsing: chunk.extracting(first: end)), consumed: end) }
        hold(chunk.extracting(first: end))
        let head = try RequestHead(parsing: held.span)
        held = []
        return .head(head, consumed: end)
    }

    private mutating func hold(_ bytes: Span<UInt8>) {
        // SAFETY: they are copied within the closure.
        unsafe bytes.withUnsafeBufferPointer { unsafe held.append(contentsOf: $0) }
    }
}
