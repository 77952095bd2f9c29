import HTTPTypes

@testable import HTTPFiles

/// Random bytes that are the same at every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// What feeding some bytes came to.
enum Parsed: Equatable {
    case head(RequestHead, rest: [UInt8])
    case failure(HTTPFailure)
    case needsMore
}

/// Feeds `bytes` in pieces that end at `cuts`, each an index into them.
func parse(_ bytes: [UInt8], cuts: [Int] = []) -> Parsed {
    var parser = RequestHeadParser()
    var start = 0
    for end in cuts + [bytes.count] {
        do throws(HTTPFailure) {
            if case .head(let head, let consumed) = try parser.feed(bytes[start..<end].span) {
                return .head(head, rest: Array(bytes[(start + consumed)...]))
            }
        } catch {
            return .failure(error)
        }
        start = end
    }
    return .needsMore
}

func parse(_ text: String) -> Parsed { parse([UInt8](text.utf8)) }

func parsedHead(_ text: String) -> RequestHead? {
    if case .head(let head, _) = parse(text) { head } else { nil }
}

/// The status code that `text` fails with, nil when it does not fail.
func failure(_ text: String) -> Int? {
    if case .failure(let failure) = parse(text) { failure.status.code } else { nil }
}

/// A request for `/` with these lines after its Host.
func get(_ lines: String..., version: String = "1.1") -> String {
    "GET / HTTP/\(version)\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// What `body` throws, as a status code.
func code<T>(_ body: () throws(HTTPFailure) -> T) -> Int? {
    do throws(HTTPFailure) {
        _ = try body()
        return nil
    } catch {
        return error.status.code
    }
}

/// Heads of many shapes, good and bad, for the tests that cut them or break them.
let manyHeads = [
    get(), get("Connection: close", "X: \u{E9}"), get("Content-Length: 5") + "hello",
    "\r\n\nGET /a%20b?c=d HTTP/1.1\nHost:h\n\n", "HEAD http://h:80/x HTTP/1.0\r\n\r\n",
    "POST /form HTTP/1.1\r\nHost: [::1]:80\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    get("Transfer-Encoding: chunked"), get("Range: bytes=0-1", "If-Range: \"x\"", "Accept: */*", "Accept: text/html"),
    "GET / HTTP/2.0\r\n\r\n", "\u{16}\u{3}\u{1}", "\r\n\r\n\r\n\r\n\r\n\r\n", "\rG", get(" folded"), get("a b: c"),
    "GET /\r\n\r\n",
    get() + get("Second: request"), get("X: a\rb"), get("X: a\r"), "GET / HTTP/1.1\r\nHost: h\r\n",
]
