import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct PreconditionsTests {
    private let facts = FileFacts(kind: .regular, size: 10, modifiedSeconds: 1_000_000)
    private let now = HTTPDate(seconds: 2_000_000)
    private let before = HTTPDate(seconds: 999_999).description
    private let same = HTTPDate(seconds: 1_000_000).description
    private let after = HTTPDate(seconds: 1_000_001).description

    private func verdict(_ fields: HTTPFields) -> Preconditions.Verdict {
        Preconditions.verdict(fields, facts: facts, now: now)
    }

    @Test func modifiedSince() {
        #expect(verdict([:]) == .proceed)
        #expect(verdict([.ifModifiedSince: before]) == .proceed)
        #expect(verdict([.ifModifiedSince: same]) == .notModified)
        #expect(verdict([.ifModifiedSince: after]) == .notModified)
        #expect(verdict([.ifModifiedSince: "Sunday, 06-Nov-94 08:49:37 GMT"]) == .notModified)
        #expect(verdict([.ifModifiedSince: "yesterday"]) == .proceed)
        #expect(verdict([.ifModifiedSince: "\(same), \(same)"]) == .proceed)
    }

    @Test func noneMatchOutranksModifiedSince() {
        let tag = facts.entityTag.description
        #expect(verdict([.ifNoneMatch: tag]) == .notModified)
        #expect(verdict([.ifNoneMatch: tag, .ifModifiedSince: before]) == .notModified)
        #expect(verdict([.ifNoneMatch: "\"x\"", .ifModifiedSince: same]) == .proceed)
        #expect(verdict([.ifNoneMatch: "*"]) == .notModified)
    }

    @Test func matchAndUnmodifiedSinceComeFirst() {
        let tag = facts.entityTag.description
        #expect(verdict([.ifMatch: "*"]) == .proceed)
        #expect(verdict([.ifMatch: tag]) == .failed)
        #expect(verdict([.ifMatch: "*", .ifUnmodifiedSince: before]) == .proceed)
        #expect(verdict([.ifUnmodifiedSince: before]) == .failed)
        #expect(verdict([.ifUnmodifiedSince: same]) == .proceed)
        #expect(verdict([.ifUnmodifiedSince: "never"]) == .proceed)
        #expect(verdict([.ifUnmodifiedSince: before, .ifNoneMatch: tag]) == .failed)
        #expect(verdict([.ifMatch: "*", .ifNoneMatch: tag]) == .notModified)
    }

    @Test func rangesCountForTheSameVersionOnly() {
        func allows(_ value: String, at moment: HTTPDate? = nil) -> Bool {
            Preconditions.allowsRange([.ifRange: value], facts: facts, now: moment ?? now)
        }
        #expect(Preconditions.allowsRange([:], facts: facts, now: now))
        #expect(allows(same))
        #expect(!allows(before))
        #expect(!allows(after))
        #expect(!allows("garbage"))
        #expect(!allows(facts.entityTag.description))
        #expect(!allows("\"\(facts.entityTag.opaque)\""))
        // In its own second the file may change again: the date is not a strong validator yet.
        #expect(!allows(same, at: facts.modified))
    }

    @Test func theLastModificationIsNeverInTheFuture() {
        let early = HTTPDate(seconds: 5)
        #expect(Preconditions.lastModified(facts, now: early) == early)
        #expect(Preconditions.lastModified(facts, now: now) == facts.modified)
        #expect(Preconditions.verdict([.ifModifiedSince: same], facts: facts, now: early) == .notModified)
        #expect(Preconditions.verdict([.ifModifiedSince: HTTPDate(seconds: 4).description], facts: facts, now: early) == .proceed)
    }
}
