import HTTPTypes

/// What a request for a file comes to, decided from facts alone.
package enum Plan: Equatable, Sendable {
    /// Send this.
    case answer(Answer)
    /// The path is a directory. Plan again for this path, the directory's page; if there is none, the answer is up to
    /// the caller (`.noIndex`, or a listing).
    case index(TargetPath)

    package static let indexName = "index.html"
    package static let noIndex = HTTPFailure(.forbidden, "the directory has no \(indexName)")

    /// The first step, before any file is touched: 405 for a method other than GET and HEAD, whatever the target.
    package static func path(for request: RequestHead) throws(HTTPFailure) -> TargetPath {
        guard request.method == .get || request.method == .head else {
            throw HTTPFailure(.methodNotAllowed, "only GET and HEAD are answered here")
        }
        return try TargetPath(request.target)
    }

    /// The second step: `facts` are those of the file that was opened at `path`.
    package init(_ request: RequestHead, path: TargetPath, facts: FileFacts, now: HTTPDate) {
        switch facts.kind {
        case .directory where path.asksForDirectory:
            self = .index(path.appending(Self.indexName))
        case .directory:
            self = .answer(.redirect(to: path.location(asDirectory: true), method: request.method))
        case .regular where path.asksForDirectory:
            self = .answer(Answer(HTTPFailure(.notFound, "that is a file, not a directory"), to: request.method))
        case .regular:
            self = .answer(Self.answer(request, path: path, facts: facts, now: now))
        case .other:
            self = .answer(Answer(HTTPFailure(.forbidden, "that is not a regular file"), to: request.method))
        }
    }

    private static func answer(_ request: RequestHead, path: TargetPath, facts: FileFacts, now: HTTPDate) -> Answer {
        switch Preconditions.verdict(request.fields, facts: facts, now: now) {
        case .failed:
            return Answer(HTTPFailure(.preconditionFailed, "the file is another version"), to: request.method)
        case .notModified:
            let head = ResponseHead(.notModified, contentLength: nil, fields: validators(facts, now: now))
            return Answer(head: head, content: .nothing)
        case .proceed:
            break
        }
        switch range(request, facts: facts, now: now) {
        case .unsatisfiable:
            return .unsatisfiable(size: facts.size, method: request.method)
        case .part(let bytes):
            var fields = describe(path, facts: facts, now: now)
            let extent = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(facts.size)"
            fields.append(HTTPField(name: .contentRange, value: extent))
            let head = ResponseHead(.partialContent, contentLength: Int64(bytes.count), fields: fields)
            return Answer(head: head, content: .file(bytes))
        case .whole:
            let head = ResponseHead(.ok, contentLength: facts.size, fields: describe(path, facts: facts, now: now))
            let isEmpty = request.method == .head || facts.size == 0
            return Answer(head: head, content: isEmpty ? .nothing : .file(0..<facts.size))
        }
    }

    /// Ranges are for GET only (RFC 9110 §14.2): to HEAD, `Range` means nothing.
    private static func range(_ request: RequestHead, facts: FileFacts, now: HTTPDate) -> ByteRange {
        guard request.method == .get, let field = request.fields[.range],
            Preconditions.allowsRange(request.fields, facts: facts, now: now)
        else { return .whole }
        return ByteRange(field, size: facts.size)
    }

    private static func describe(_ path: TargetPath, facts: FileFacts, now: HTTPDate) -> HTTPFields {
        var fields = validators(facts, now: now)
        fields.append(HTTPField(name: .contentType, value: MediaType.forFile(named: path.name)))
        fields.append(HTTPField(name: .acceptRanges, value: "bytes"))
        return fields
    }

    private static func validators(_ facts: FileFacts, now: HTTPDate) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(5)
        fields.append(HTTPField(name: .lastModified, value: Preconditions.lastModified(facts, now: now).description))
        fields.append(HTTPField(name: .eTag, value: facts.entityTag.description))
        return fields
    }
}
