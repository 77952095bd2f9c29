import HTTPFiles
import HTTPTypes
import Swirl
import SystemPackage

/// What a client sends: heads of requests, and bodies that nobody wants.
final class RequestInput {
    private let stream: TCPStream
    private let server: Server
    private var parser = RequestHeadParser()
    /// What came behind a head in the same chunk. Copied, so that the loop has its buffer back while we answer.
    private var rest: ArraySlice<UInt8> = []

    /// The request that has come and was not taken, or why there will be none.
    private var next: Result<RequestHead, HTTPFailure>? { didSet { hasNext = next != nil } }
    private var hasNext = false
    /// No request is being answered, or will be.
    private(set) var isReceiving = true
    /// The client was silent until the limit; it may still send something.
    private(set) var isSilent = false

    /// How long to wait for a request to begin.
    var limit: LoopClock.Instant

    init(_ stream: TCPStream, _ server: Server, limit: LoopClock.Instant) {
        self.stream = stream
        self.server = server
        self.limit = limit
    }

    /// Waits for a request, or for what is none; both are for `takeRequest`. False when the client is done, gone, or silent
    /// until `limit`.
    ///
    /// The head of a request has as much time as a client may be silent: one that sends a byte now and then gains nothing.
    ///
    /// Its frame is what a connection holds while its client is silent, so whatever handles a request's values is a call.
    @inline(__always)
    func receive() async -> Bool {
        begin()
        do {
            while !hasNext {
                guard let chunk = try await stream.nextChunk(deadline: limit) else { return false }
                take(chunk)
            }
        } catch {
            failed(error)
        }
        isReceiving = !hasNext
        return hasNext
    }

    /// What `receive` found.
    ///
    /// - Throws: `HTTPFailure` for what is no request, 408 for one that does not become complete in time.
    func takeRequest() throws(HTTPFailure) -> RequestHead {
        guard let found = next.take() else { preconditionFailure("no request was received") }
        return try found.get()
    }

    @inline(never)
    private func take(_ chunk: borrowing Chunk) {
        let wasIdle = parser.isIdle
        do throws(HTTPFailure) {
            guard case .head(let head, let consumed) = try parser.feed(chunk.bytes) else {
                if wasIdle { limit = server.idleDeadline }
                return
            }
            rest = chunk.bytes.copied(from: consumed)
            next = .success(head)
        } catch {
            next = .failure(error)
        }
    }

    /// Begins with what came behind the request before.
    @inline(never)
    private func begin() {
        isSilent = false
        isReceiving = true
        takeFromRest()
        if !parser.isIdle { limit = server.idleDeadline }
    }

    private func takeFromRest() {
        let bytes = rest
        do throws(HTTPFailure) {
            guard case .head(let head, let consumed) = try parser.feed(bytes.span) else { return rest = [] }
            rest = bytes.dropFirst(consumed)
            next = .success(head)
        } catch {
            next = .failure(error)
        }
    }

    @inline(never)
    private func failed(_ error: any Error) {
        guard (error as? IOError)?.cause == .deadline else { return }
        isSilent = parser.isIdle
        if !isSilent { next = .failure(HTTPFailure(.requestTimeout, "the request did not come to its end")) }
    }

    /// Throws away exactly so many bytes, a request's body, or all there are when the client ends before.
    func skip(_ count: Int64, deadline: LoopClock.Instant) async throws {
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
    func discard(upTo count: Int, deadline: LoopClock.Instant) async throws {
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
