import ArgumentParser
import Swirl

/// One of the article's programs.
enum Example: String, CaseIterable, ExpressibleByArgument {
    case E1, E2, E3, E4, E5, E6, E7, E8, E9

    var title: String {
        switch self {
        case .E1: "a coroutine that sleeps"
        case .E2: "a task, and what it says of itself before and after"
        case .E3: "a result that is asked for too early"
        case .E4: "a callback when a task is done"
        case .E5: "waiting for several coroutines"
        case .E6: "waiting for several tasks, then their results"
        case .E7: "waiting for several tasks that have callbacks"
        case .E8: "a loop in a thread, and callbacks from another"
        case .E9: "a loop in a thread, and coroutines from another"
        }
    }

    func run(on backend: Backend, forever: Bool) throws {
        switch self {
        case .E1: try sleepAndPrint(backend)
        case .E2: try describeTask(backend)
        case .E3: try askTooEarly(backend)
        case .E4: try callWhenDone(backend)
        case .E5: try waitForCoroutines(backend)
        case .E6: try waitForTasks(backend)
        case .E7: try waitForTasksWithCallbacks(backend)
        case .E8: try callFromAnotherThread(backend, forever)
        case .E9: try submitFromAnotherThread(backend, forever)
        }
    }
}
