import HTTPFiles
import HTTPTypes
import Swirl
import SystemPackage

/// What a client sends: heads of requests, and bodies that nobody wants.
struct RequestInput {
    private let stream: TCPStream
    private var parser = RequestHeadParser()
    /// What came behind a head in the same chunk. Copied, so that the loop has its buffer back while we answer.
    private var rest: ArraySlice<UInt8> = []

    init(_ stream: TCPStream) {
        self.stream = stream
    }

    /// The next request; nothing when the client is done, or was silent for too long.
    ///
    /// The head of a request has as much time as a client may be silent: one that sends a byte now and then gains nothing.
    ///
    /// - Throws: `HTTPFailure` for what is no request, 408 for one that does not become complete in time; `IOError`.
    mutating func next(deadline: () -> LoopClock.Instant) async throws -> RequestHead? {
        if let head = try takeFromRest() { return head }
        var limit = deadline()
        do {
            while let chunk = try await stream.nextChunk(deadline: limit) {
                let wasIdle = parser.isIdle
                if case .head(let head, let consumed) = try parser.feed(chunk.bytes) {
                    rest = chunk.bytes.copied(from: consumed)
                    return head
                }
                if wasIdle { limit = deadline() }
            }
            return nil
        } catch let error as IOError where error.cause == .deadline {
            if parser.isIdle { return nil }
            throw HTTPFailure(.requestTimeout, "the request did not come to its end")
        }
    }

    private mutating func takeFromRest() throws -> RequestHead? {
        let bytes = rest
        guard case .head(let head, let consumed) = try parser.feed(bytes.span) else {
            rest = []
            return nil
        }
        rest = bytes.dropFirst(consumed)
        return head
    }

    /// Throws away exactly so many bytes, a request's body, or all there are when the client ends before.
    mutating func skip(_ count: Int64, deadline: LoopClock.Instant) async throws {
        var left = Int(count)
        let taken = min(left, rest.count)
        rest = rest.dropFirst(taken)
        left -= taken
        while left > 0, let chunk = try await stream.nextChunk(deadline: deadline) {
            if chunk.count > left { rest = chunk.bytes.copied(from: left) }
            left -= min(left, chunk.count)
        }
    }

    /// Throws away what comes, up to so many bytes or until the deadline.
    mutating func discard(upTo count: Int, deadline: LoopClock.Instant) async throws {
        var left = count
        rest = []
        while left > 0, let chunk = try await stream.nextChunk(deadline: deadline) { left -= chunk.count }
    }
}

extension RawSpan {
    fileprivate func copied(from start: Int) -> ArraySlice<UInt8> {
        // SAFETY: the bytes are copied before the span ends.
        unsafe withUnsafeBytes { unsafe ArraySlice($0[start...]) }
    }
}
