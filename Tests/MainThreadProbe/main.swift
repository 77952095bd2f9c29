// A loop on the main thread, for tests to look at from outside: what only a process of its own can show.

import Dispatch
import Glibc
import Swirl

@MainActor private enum Counting {
    static var count = 0
}

@MainActor private func countUp() -> Int {
    Counting.count += 1
    return Thread.isMain ? Counting.count : -1
}

private enum Thread {
    static let main = pthread_self()
    static var isMain: Bool { pthread_equal(pthread_self(), main) != 0 }
}

private func say(_ text: String) {
    print(text)
    fflush(nil)
}

/// Main-actor calls from the loop, from a thread beside it, and by Dispatch; then the loop again.
private func mainActor(_ loop: isolated Loop) async throws {
    for round in 1...3 { say("main actor \(await countUp()) of \(round)") }
    let beside = await Task.detached { await countUp() }.value
    say("beside \(beside)")
    let dispatched = Future<Bool>()
    DispatchQueue.main.async {
        let isMain = Thread.isMain
        _ = try? loop.callSoonThreadsafe { loop in try? dispatched.setResult(isMain, on: loop) }
    }
    say("dispatched \(try await dispatched.value)")
    // Main-actor code may use the loop, and comes back to the main actor.
    let slept = try await Task { @MainActor in
        try await loop.sleep(for: .milliseconds(1))
        MainActor.assertIsolated()
        return countUp()
    }.value
    say("slept \(slept)")
    try await loop.sleep(for: .milliseconds(1))
    say("loop \(Loop.current === loop)")
}

/// A main task that is cancelled by Ctrl-C and cleans up, for as long as it is let.
private func waits(_ loop: isolated Loop) async throws {
    say("waiting")
    do { try await loop.sleep(for: .seconds(60)) } catch {
        say("cancelled")
        // As long as the test lets it; the second Ctrl-C ends it.
        if CommandLine.arguments.contains("--stubborn") { sleep(30) }
        throw error
    }
}

precondition(Thread.isMain)

private let backend: Backend =
    switch CommandLine.arguments[1] {
    case "poll": .poll
    case "io_uring": .ioUring
    default: .epoll
    }

do {
    switch CommandLine.arguments[2] {
    case "main-actor": try Loop.run(backend) { loop in try await mainActor(loop) }
    case "interrupt": try Loop.run(backend) { loop in try await waits(loop) }
    default: say("debug \(try Loop.run(backend) { loop in loop.isDebugging })")
    }
    say("done")
} catch {
    say("threw \(error)")
}
