import HTTPTypes
import Testing

@testable import HTTPFiles

@Suite struct FieldLineTests {
    @Test(arguments: [
        "X : y", "X\t: y", " X: y", "\tX: y", "X", ": y", ":path: y", "X y: z", "X(: y", "é: y", "X\0: y", "\"X\": y", "X\r: y",
        "X: a\0b",
        "X: a\rb", "X: a\r", "X: a\u{1}", "X: \u{7F}", "X: a\u{B}b", "X: \u{1B}[0m", "\r",
    ]) func malformedFields(line: String) {
        #expect(failure(get(line)) == 400)
        #expect(failure(get("Before: x", line, "After: x")) == 400)
    }

    @Test func foldedFieldsAreRefused() {
        #expect(failure(get("X: a", " b")) == 400)
        #expect(failure(get("X: a", "\tb: c")) == 400)
        #expect(parse(get("X: a", " b")) == .failure(.badRequest("a field may not go on in the next line")))
        #expect(failure("GET / HTTP/1.1\r\n Host: h\r\n\r\n") == 400)
    }

    @Test(arguments: [
        ("X:y", "y"), ("X: \t y\t ", "y"), ("X:", ""), ("X:   ", ""), ("x: a:b", "a:b"), ("X: a\tb  c", "a\tb  c"), ("X: é", "é"),
    ])
    func valuesAreTrimmed(line: String, value: String) {
        #expect(parsedHead(get(line))?.fields[HTTPField.Name("x")!] == value)
    }

    @Test func everyControlCharacterInAValueIsRefused() {
        for byte in UInt8.min...UInt8.max {
            let bytes = Array("GET / HTTP/1.0\r\nX: a".utf8) + [byte] + Array("b: c\r\n\r\n".utf8)
            let refused = if case .failure = parse(bytes) { true } else { false }
            // LF makes a second field, `b`.
            #expect(refused == ((byte < 0x20 && byte != 0x09 && byte != 0x0A) || byte == 0x7F), "byte \(byte)")
        }
    }

    @Test func everyByteInANameThatIsNoTokenByteIsRefused() {
        for byte in UInt8.min...UInt8.max {
            let bytes = Array("GET / HTTP/1.0\r\nX".utf8) + [byte] + Array("y: c\r\n\r\n".utf8)
            let accepted = if case .head = parse(bytes) { true } else { false }
            // A colon makes the name `X`.
            #expect(accepted == (byte.isTokenByte || byte == UInt8(ascii: ":")), "byte \(byte)")
        }
    }
}
