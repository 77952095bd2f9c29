import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct HTTPFailureTests {
    @Test(arguments: [
        (400, true), (403, false), (404, false), (405, false), (408, true), (411, true), (412, false), (413, true), (414, true),
        (416, false), (417, true), (431, true), (500, true), (501, true), (503, true), (505, true), (200, false), (304, false),
    ]) func someStatusesEndTheConnection(code: Int, ends: Bool) {
        #expect(HTTPResponse.Status(code: code).endsConnection == ends)
    }

    @Test func describesItself() {
        #expect("\(HTTPFailure.badRequest("no Host"))" == "400 Bad Request: no Host")
    }
}
