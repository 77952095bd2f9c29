package import HTTPTypes

/// Why a request is not answered with what it asked for: the status that says so, and a reason for people.
///
/// The reason never holds bytes of the request, so it can go into an answer and a log as it is.
package struct HTTPFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let status: HTTPResponse.Status
    package let why: String

    package init(_ status: HTTPResponse.Status, _ why: String) {
        self.status = status
        self.why = why
    }

    static func badRequest(_ why: String) -> HTTPFailure { HTTPFailure(.badRequest, why) }

    package var description: String { "\(status): \(why)" }
}

extension HTTPResponse.Status {
    /// Whether the connection ends after an answer with this status: the client's next bytes can no longer be told
    /// apart from a request (a broken head, a body of unknown length), or the server is giving up.
    package var endsConnection: Bool {
        switch code {
        case 400, 408, 411, 413, 414, 417, 431, 500...599: true
        default: false
        }
    }
}
