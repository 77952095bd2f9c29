package import HTTPTypes

/// A complete answer: its head, and what follows it.
package struct Answer: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case nothing
        case bytes([UInt8])
        /// These bytes of the file, of which there is at least one.
        case file(Range<Int64>)
    }

    package var head: ResponseHead
    package var content: Content

    package init(head: ResponseHead, content: Content) {
        self.head = head
        self.content = content
    }

    /// What the answer says about the connection. `request` is nil when none could be read.
    package func persistence(after request: RequestHead?) -> Persistence {
        guard let request, !head.status.endsConnection else { return .close }
        return request.persistence
    }

    /// An answer that says why there is no file: one line of plain text, which is never read as HTML. The answer to
    /// HEAD is the same without its body.
    package init(_ failure: HTTPFailure, to method: HTTPRequest.Method? = nil, fields: HTTPFields = [:]) {
        let text = [UInt8]("\(failure.status.code) \(failure.status.reasonPhrase): \(failure.why)\n".utf8)
        var all: HTTPFields = [.contentType: "text/plain; charset=utf-8"]
        all.append(contentsOf: fields)
        switch failure.status.code {
        case 405: all[.allow] = "GET, HEAD"
        case 503: all[.retryAfter] = "1"
        default: break
        }
        self.init(
            head: ResponseHead(failure.status, contentLength: Int64(text.count), fields: all),
            content: method == .head ? .nothing : .bytes(text))
    }

    /// 301: a directory is asked for by a name that ends in `/`, or the links in its page would not work.
    static func redirect(to location: String, method: HTTPRequest.Method) -> Answer {
        Answer(HTTPFailure(.movedPermanently, "a directory has a slash at its end"), to: method, fields: [.location: location])
    }

    /// 416, with the size that would have been satisfiable.
    static func unsatisfiable(size: Int64, method: HTTPRequest.Method) -> Answer {
        Answer(
            HTTPFailure(.rangeNotSatisfiable, "the file has \(size) bytes"), to: method,
            fields: [.contentRange: "bytes */\(size)"])
    }
}
