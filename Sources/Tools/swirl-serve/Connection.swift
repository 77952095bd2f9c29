import HTTPFiles
import HTTPTypes
import Swirl
import ToolSupport

/// One client: its requests, one after the other, each answered before the next is looked at.
final class Connection {
    /// How long a client may be silent after an answer before its connection changes to a new task.
    private static let settlingTime = Duration.milliseconds(100)

    private let stream: TCPStream
    private let server: Server
    private let input: RequestInput
    /// When the client will have been silent for too long.
    private var silenceEnds: LoopClock.Instant
    /// Before and between requests, or at the head of one: nobody waits for an answer.
    var isWaiting: Bool { input.isReceiving }

    init(_ stream: TCPStream, _ server: Server) {
        self.stream = stream
        self.server = server
        silenceEnds = server.idleDeadline
        input = RequestInput(stream, server, limit: silenceEnds)
    }

    /// Answers requests until the connection is closed (false), or until the client is silent for a moment after an answer:
    /// then (true) another task shall go on.
    ///
    /// A task keeps the memory of its deepest calls until it ends: an answer leaves 4 KiB behind. One that only waits has
    /// the 1 KiB that it began with, as long as the frames of this function and what it waits in fit: so whatever answers
    /// is not inlined here, and nothing of a request is kept here.
    func serve() async -> Bool {
        while await input.receive() {
            guard await answerRequest() else { return false }
        }
        if goesOn() { return true }
        await end()
        return false
    }

    /// Whether the client has only been silent for a moment. Then the next wait is as long as it may be.
    @inline(never)
    private func goesOn() -> Bool {
        defer { input.limit = silenceEnds }
        return input.isSilent && input.limit < silenceEnds && !server.isDraining
    }

    /// Answers what came. False when that was the last: then the connection is closed. A client that goes away, or makes
    /// us wait too long, is closed without a word: there is nobody to tell.
    @inline(never)
    private func answerRequest() async -> Bool {
        do {
            let request = try input.takeRequest()
            if try await answer(request) {
                try await input.skip(request.bodyLength, deadline: server.idleDeadline)
                silenceEnds = server.idleDeadline
                input.limit = min(silenceEnds, server.loop.time.advanced(by: Self.settlingTime))
                return true
            }
            await finish()
        } catch let failure as HTTPFailure {
            await refuse(failure)
        } catch {}
        await stream.close()
        return false
    }

    @inline(never)
    private func end() async {
        await stream.close()
    }

    /// Answers, and says whether another request may follow.
    private func answer(_ request: RequestHead) async throws -> Bool {
        let start = server.loop.time
        let (answer, file) = try await server.site.answer(to: request, now: now)
        let persistence = server.isDraining ? .close : answer.persistence(after: request)
        do {
            let bytes = try await send(answer, file, persistence)
            if server.logsRequests { await log(request, answer, bytes, since: start) }
        } catch {
            try? await file?.close()
            throw error
        }
        try? await file?.close()
        return persistence != .close
    }

    /// The answer to what is no request. Then the connection ends: what follows cannot be understood either.
    private func refuse(_ failure: HTTPFailure) async {
        let answer = Answer(failure)
        do {
            let bytes = try await send(answer, nil, .close)
            if server.logsRequests { await log(nil, answer, bytes, since: server.loop.time) }
            await finish()
        } catch {}
    }

    // MARK: Sending

    private var now: HTTPDate { HTTPDate(seconds: wallClockSeconds()) }

    /// - Returns: how many bytes of content.
    private func send(_ answer: Answer, _ file: File?, _ persistence: Persistence) async throws -> Int64 {
        var head: [UInt8] = []
        head.reserveCapacity(512)
        answer.head.write(into: &head, date: now, persistence: persistence)
        switch answer.content {
        case .nothing:
            try await stream.write(head.span, deadline: server.idleDeadline)
            return 0
        case .bytes(let bytes):
            try await stream.write((head + bytes).span, deadline: server.idleDeadline)
            return Int64(bytes.count)
        case .file(let range):
            guard let file else { preconditionFailure("content in a file, and no file") }
            try await send(head, file, range)
            return Int64(range.count)
        }
    }

    /// How many pieces one connection may send in a row, 512 KiB. The kernel takes megabytes at once from somebody who asks
    /// for many; without this, 200 of those made a new client wait for a second.
    private static let piecesInARow = 8

    private func send(_ head: [UInt8], _ file: File, _ range: Range<Int64>) async throws {
        let buffer = server.buffers.take()
        defer { server.buffers.giveBack(buffer) }
        var head = head
        var start = range.lowerBound
        var pieces = 0
        while start < range.upperBound {
            if pieces > 0, pieces.isMultiple(of: Self.piecesInARow) { try await server.loop.sleep(for: .zero) }
            pieces += 1
            let count = try await buffer.send(head, file, start..<range.upperBound, to: stream) { server.idleDeadline }
            // The file has become shorter than what was promised: only the end of the connection says that.
            if count == 0 { throw FileShrank() }
            head = []
            start += Int64(count)
        }
    }

    private struct FileShrank: Error {}

    // MARK: Ending

    /// Ends our side, then reads on for a bounded time and amount: input that is left unread when a socket is closed makes
    /// the kernel send a reset, which can overtake the answer.
    private func finish() async {
        do {
            try await stream.shutdown(.output)
            try await input.discard(upTo: 256 * 1024, deadline: server.loop.time.advanced(by: .seconds(2)))
        } catch {}
    }

    private func log(_ request: RequestHead?, _ answer: Answer, _ bytes: Int64, since start: LoopClock.Instant) async {
        let peer = (try? await stream.peerAddress)?.description ?? "-"
        let took = start.duration(to: server.loop.time)
        printLine("\(LogLine(peer: peer, request: request, status: answer.head.status.code, bytes: bytes, took: took))")
    }
}
