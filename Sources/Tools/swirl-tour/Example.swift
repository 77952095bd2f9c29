import ArgumentParser
import Swirl

/// One of the article's programs.
enum Example: String, CaseIterable, ExpressibleByArgument {
    case e1 = "E1"
    case e2 = "E2"
    case e3 = "E3"
    case e4 = "E4"
    case e5 = "E5"
    case e6 = "E6"
    case e7 = "E7"
    case e8 = "E8"
    case e9 = "E9"

    var title: String {
        switch self {
        case .e1: "a coroutine that sleeps"
        case .e2: "a task, and what it says of itself before and after"
        case .e3: "a result that is asked for too early"
        case .e4: "a callback when a task is done"
        case .e5: "waiting for several coroutines"
        case .e6: "waiting for several tasks, then their results"
        case .e7: "waiting for several tasks that have callbacks"
        case .e8: "a loop in a thread, and callbacks from another"
        case .e9: "a loop in a thread, and coroutines from another"
        }
    }

    func run(on backend: Backend, forever: Bool) throws {
        switch self {
        case .e1: try sleepAndPrint(backend)
        case .e2: try describeTask(backend)
        case .e3: try askTooEarly(backend)
        case .e4: try callWhenDone(backend)
        case .e5: try waitForCoroutines(backend)
        case .e6: try waitForTasks(backend)
        case .e7: try waitForTasksWithCallbacks(backend)
        case .e8: try callFromAnotherThread(backend, forever)
        case .e9: try submitFromAnotherThread(backend, forever)
        }
    }
}
