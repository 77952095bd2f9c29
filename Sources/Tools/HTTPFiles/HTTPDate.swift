/// A moment in whole seconds, as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
///
/// It holds the years 0000 to 9999, which is what the format can say; anything outside is moved to the nearest end.
package struct HTTPDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64

    package init(seconds: Int64) {
        self.seconds = min(max(seconds, -62_167_219_200), 253_402_300_799)
    }

    package static func < (one: HTTPDate, other: HTTPDate) -> Bool { one.seconds < other.seconds }

    package var description: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the 29 bytes of the date.
    package func write(into bytes: inout [UInt8]) {
        let days = seconds.flooredQuotient(by: 86_400)
        let second = Int(seconds - days * 86_400)
        let date = CivilDate(days: days)
        bytes.append(contentsOf: Self.weekdays[Int((days + 4).flooredRemainder(by: 7))].utf8)
        bytes.append(contentsOf: ", ".utf8)
        Self.write(date.day, into: &bytes)
        bytes.append(0x20)
        bytes.append(contentsOf: Self.months[date.month - 1].utf8)
        bytes.append(0x20)
        Self.write(date.year / 100, into: &bytes)
        Self.write(date.year % 100, into: &bytes)
        bytes.append(0x20)
        Self.write(second / 3600, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.write(second / 60 % 60, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.write(second % 60, into: &bytes)
        bytes.append(contentsOf: " GMT".utf8)
    }

    /// Whether a file modified at this time is still the one a client got at `date` (`If-Modified-Since`).
    package func notModified(since date: HTTPDate) -> Bool { self <= date }

    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func write(_ twoDigits: Int, into bytes: inout [UInt8]) {
        bytes.append(0x30 + UInt8(twoDigits / 10))
        bytes.append(0x30 + UInt8(twoDigits % 10))
    }
}
