extension HTTPDate {
    /// Reads the three forms a recipient has to know (RFC 9110 §5.6.7), all of them case-sensitive:
    /// - `Sun, 06 Nov 1994 08:49:37 GMT`, the one in use
    /// - `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850): its year is the one with these digits that is at most 50 years
    ///   after `now`
    /// - `Sun Nov  6 08:49:37 1994` (asctime)
    ///
    /// The name of the day has to be one, but is not held against the date. A leap second is the second after it.
    package init?(_ text: String, now: HTTPDate) {
        self.init(text.utf8.span, now: now)
    }

    package init?(_ text: Span<UInt8>, now: HTTPDate) {
        var reader = DateReader()
        guard let comma = text.firstIndex(of: UInt8(ascii: ","), in: 0..<text.count) else {
            guard reader.name(Self.weekdays, in: text) != nil, reader.literal(" ", in: text),
                let month = reader.name(Self.months, in: text), reader.literal(" ", in: text),
                let day = reader.paddedDay(in: text), reader.literal(" ", in: text),
                let time = reader.time(in: text), reader.literal(" ", in: text),
                let year = reader.number(4, in: text), reader.isAtEnd(of: text)
            else { return nil }
            self.init(year: year, month: month + 1, day: day, time: time)
            return
        }
        let isFixed = comma == 3
        let separator = isFixed ? " " : "-"
        guard reader.name(isFixed ? Self.weekdays : Self.longWeekdays, in: text) != nil, reader.literal(", ", in: text),
            let day = reader.number(2, in: text), reader.literal(separator, in: text),
            let month = reader.name(Self.months, in: text), reader.literal(separator, in: text),
            let digits = reader.number(isFixed ? 4 : 2, in: text), reader.literal(" ", in: text),
            let time = reader.time(in: text), reader.literal(" GMT", in: text), reader.isAtEnd(of: text)
        else { return nil }
        let year = isFixed ? digits : Self.year(endingIn: digits, now: now)
        self.init(year: year, month: month + 1, day: day, time: time)
    }

    private init?(year: Int, month: Int, day: Int, time: Int) {
        guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
        self.init(seconds: date.days * 86_400 + Int64(time))
    }

    private static func year(endingIn digits: Int, now: HTTPDate) -> Int {
        let current = CivilDate(days: now.seconds.flooredQuotient(by: 86_400)).year
        let inThisCentury = current - current % 100 + digits
        if inThisCentury > current + 50 { return inThisCentury - 100 }
        return inThisCentury + 100 <= current + 50 ? inThisCentury + 100 : inThisCentury
    }

    private static let longWeekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}

/// Reads a date from left to right; each step says whether what it wanted was there.
private struct DateReader {
    private var position = 0

    func isAtEnd(of text: Span<UInt8>) -> Bool { position == text.count }

    mutating func literal(_ wanted: String, in text: Span<UInt8>) -> Bool {
        let bytes = wanted.utf8.span
        guard text.count - position >= bytes.count else { return false }
        for index in bytes.indices where text[position + index] != bytes[index] { return false }
        position += bytes.count
        return true
    }

    /// The index of the name that stands here.
    mutating func name(_ names: [String], in text: Span<UInt8>) -> Int? {
        for (index, name) in names.enumerated() where literal(name, in: text) { return index }
        return nil
    }

    /// A number of exactly `digits` digits.
    mutating func number(_ digits: Int, in text: Span<UInt8>) -> Int? {
        guard text.count - position >= digits, let value = text.decimal(position..<(position + digits)) else { return nil }
        position += digits
        return Int(value)
    }

    /// asctime's day: two digits, or a space and one.
    mutating func paddedDay(in text: Span<UInt8>) -> Int? {
        literal(" ", in: text) ? number(1, in: text) : number(2, in: text)
    }

    /// `hh:mm:ss` as seconds of the day.
    mutating func time(in text: Span<UInt8>) -> Int? {
        guard let hour = number(2, in: text), hour < 24, literal(":", in: text),
            let minute = number(2, in: text), minute < 60, literal(":", in: text),
            let second = number(2, in: text), second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}
