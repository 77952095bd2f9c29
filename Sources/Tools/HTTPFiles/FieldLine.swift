import HTTPTypes

/// `name: value`. A value keeps its bytes, less the blanks around it.
struct FieldLine {
    /// More fields than this are refused: each costs memory beyond its bytes.
    static let limit = 100

    let nameRange: Range<Int>
    let valueRange: Range<Int>
    let field: HTTPField

    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPFailure) {
        guard !bytes[line.lowerBound].isBlank else { throw .badRequest("a field may not go on in the next line") }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: line) else {
            throw .badRequest("a field needs a colon")
        }
        nameRange = line.lowerBound..<colon
        valueRange = bytes.trimmed((colon + 1)..<line.upperBound)
        // A name is a token: a blank before the colon ends here too.
        guard let text = bytes.text(nameRange), let name = HTTPField.Name(text) else {
            throw .badRequest("a field's name is not a token")
        }
        for index in valueRange where bytes[index].isControl && bytes[index] != 0x09 {
            throw .badRequest("a control character in a field's value")
        }
        if let value = bytes.text(valueRange) {
            field = HTTPField(name: name, value: value)
        } else {
            field = HTTPField(name: name, value: bytes.array(valueRange))
        }
    }
}
