package import HTTPTypes

/// The conditional fields of a request, in the order in which RFC 9110 §13.2.2 has them count.
package enum Preconditions {
    package enum Verdict: Equatable, Sendable {
        case proceed
        /// 304: the client has this version.
        case notModified
        /// 412: the client asked for another version or none.
        case failed
    }

    /// The verdict for GET and HEAD. `now` tells the century of a two-digit year.
    package static func verdict(_ fields: HTTPFields, facts: FileFacts, now: HTTPDate) -> Verdict {
        // Most requests have no condition: one look at the names instead of four searches.
        guard fields.contains(where: { $0.name.canonicalName.utf8.first == UInt8(ascii: "i") }) else { return .proceed }
        if let field = fields[.ifMatch] {
            // The comparison is strong and the tag is weak: only «any version at all» matches.
            guard field.utf8.span.matches(field.utf8.span.trimmed(0..<field.utf8.count), "*") else { return .failed }
        } else if let date = date(.ifUnmodifiedSince, in: fields, now: now), facts.modified > date {
            return .failed
        }
        if let field = fields[.ifNoneMatch] {
            return facts.entityTag.isNamed(in: field) ? .notModified : .proceed
        }
        if let date = date(.ifModifiedSince, in: fields, now: now), lastModified(facts, now: now).notModified(since: date) {
            return .notModified
        }
        return .proceed
    }

    /// Whether `Range` counts: there is no `If-Range`, or it holds exactly this version's `Last-Modified`, and that is a
    /// strong validator, for its second is over (§8.8.2.2). A tag never matches: ours are weak.
    package static func allowsRange(_ fields: HTTPFields, facts: FileFacts, now: HTTPDate) -> Bool {
        guard let field = fields[.ifRange] else { return true }
        guard let date = HTTPDate(field, now: now) else { return false }
        return date == facts.modified && facts.modified < now
    }

    /// What `Last-Modified` says: never a time that has not come yet (§8.8.2.1).
    package static func lastModified(_ facts: FileFacts, now: HTTPDate) -> HTTPDate { min(facts.modified, now) }

    /// The date in a field; nil, as if the field were absent, when it is no date.
    private static func date(_ name: HTTPField.Name, in fields: HTTPFields, now: HTTPDate) -> HTTPDate? {
        fields[name].flatMap { HTTPDate($0, now: now) }
    }
}
