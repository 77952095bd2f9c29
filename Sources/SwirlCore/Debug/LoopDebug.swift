import Logging

/// What debug mode knows of a loop at work: which callback or step runs, and since when.
///
/// The loop asks once a turn whether there is one of these. Without it nothing is measured and nothing is put down.
final class LoopDebug: Sendable {
    let watchdog: Watchdog?
    private let slow: Duration?
    private let handler: DebugHandler?
    private let logger: Logger

    init(_ options: LoopOptions, _ logger: Logger) {
        slow = options.debug ? options.slowCallbackDuration : nil
        handler = options.debugHandler
        self.logger = logger
        watchdog = options.watchdog.map { [handler] limit in
            Watchdog(limit) { Self.deliver($0, handler, logger) }
        }
    }

    func report(_ report: DebugReport) {
        Self.deliver(report, handler, logger)
    }

    private static func deliver(_ report: DebugReport, _ handler: DebugHandler?, _ logger: Logger) {
        if let handler { return handler(report) }
        if case .foreignResumptions = report { logger.debug("\(report)") } else { logger.warning("\(report)") }
    }

    /// A task's first step has begun: only now is it known whose step it is.
    func began(_ task: AnyFuture) {
        task.core.firstStepOf = task
        watchdog?.rename(.task(task))
    }

    fileprivate func ended(_ what: @autoclosure () -> WorkAtHand, _ nanoseconds: Int64) {
        guard let slow else { return }
        let took = Duration.nanoseconds(nanoseconds)
        if took >= slow { report(.slow(what: what().description, took: took)) }
    }
}

/// What a loop is doing.
enum WorkAtHand: CustomStringConvertible, @unchecked Sendable {
    // Sendable: of what it holds only names and places are read, which never change.
    case callback(Handle)
    case task(AnyFuture)
    /// A step of a child task, of a foreign task, or of a task that ended with it.
    case step

    var description: String {
        switch self {
        case .callback(let handle): "<\(handle is TimerHandle ? "TimerHandle" : "Handle")\(handle.placeText)>"
        case .task(let task): "<\(task.label)>"
        case .step: "<a step of a child task, or of one made elsewhere>"
        }
    }
}

extension LoopCore {
    /// Reports a call that is refused where it was made, in debug mode. From any thread.
    func reportWrongThread(_ call: @autoclosure () -> String) {
        if options.debug { debug?.report(.wrongThread(call: call())) }
    }

    /// `runSnapshot`, with a look at the clock around each entry.
    func runSnapshot(watchedBy debug: LoopDebug) {
        var left = ready.count
        while left > 0 {
            left -= 1
            let entry = ready.removeFirst()
            let start = now
            if let handle = entry.takeHandle() {
                debug.watchdog?.begin(.callback(handle))
                handle.run(on: self)
                debug.watchdog?.end()
                debug.ended(.callback(handle), now - start)
            } else {
                // A task's job is the task itself, in the runtime; its first step is known only once it has begun.
                let key = unsafe UnsafeRawPointer(bitPattern: entry.bits & ~3)
                let known = unsafe tasks.task(key)
                firstStepOf = nil
                debug.watchdog?.begin(known.map(WorkAtHand.task) ?? .step)
                run(entry)
                debug.watchdog?.end()
                debug.ended((known ?? firstStepOf).map(WorkAtHand.task) ?? .step, now - start)
                firstStepOf = nil
            }
        }
    }
}
