// What futures and tasks print, after asyncio's model:
//
//   <Future pending cb=[Module/File.swift:12]>
//   <Future finished result=1>
//   <LoopTask pending name='Task-1' coro=<Module/File.swift:7> wait_for=<Future pending>>
//
// Callbacks, and what a task waits for, belong to the loop's thread: elsewhere they are left out.

extension Future {
    final func describe(kind: String, state: String, _ details: String) -> String {
        "<\(kind) \(state)\(details)\(outcomeText)\(callbackText)>"
    }

    private var outcomeText: String {
        guard stateNow == .finished else { return "" }
        do { return " result=\(Self.brief(try outcome()))" } catch { return " error=\(Self.brief(error))" }
    }

    /// What a value prints, in a line of bounded length.
    private static func brief(_ value: Any) -> String {
        switch value {
        case is Void: "None"
        case let text as String: "'\(cut(text))'"
        default: cut("\(value)")
        }
    }

    private static func cut(_ text: String) -> String {
        let charactersMax = 200
        return text.count <= charactersMax ? text : "\(text.prefix(charactersMax))..."
    }

    /// The first and the last, and how many there are between.
    private var callbackText: String {
        guard core.isOnOwnerThread, stateNow == .pending else { return "" }
        let places = callbacks.compactMap { ($0 as? DoneCallback)?.place.map { "\($0)" } }
        switch places.count {
        case 0: return ""
        case 1, 2: return " cb=[\(places.joined(separator: ", "))]"
        default: return " cb=[\(places[0]), <\(places.count - 2) more>, \(places[places.count - 1])]"
        }
    }
}
