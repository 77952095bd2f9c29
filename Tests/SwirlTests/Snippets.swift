import Swirl

// The programs in the documentation, word for word, so that they compile. `TidyTests` compares them. Nobody runs them: what
// they show has scenarios.

struct Echo {
    static func main() throws {
        try Loop.run(.automatic) { loop in
            let listener = try await TCPListener.bind(to: .loopback(port: 7007))
            print("listening on \(listener.localAddress) (\(loop.backendName))")
            for try await stream in listener.connections {
                loop.createTask { await echo(stream) }
            }
        }
    }

    static func echo(_ stream: TCPStream) async {
        do {
            while let chunk = try await stream.nextChunk() {
                try await stream.write(chunk)
            }
        } catch {
            print(error)
        }
        await stream.close()
    }
}

func snippetOfTheReadme() throws {
    try Loop.run(.automatic) { loop in
        let tasks = ["a", "b", "c"].map { name in loop.createTask { try await work(name) } }
        let (done, pending) = try await wait(tasks, returnWhen: .firstCompleted, timeout: .seconds(1))
        for task in pending { task.cancel() }
        for task in done { print(try task.result()) }
    }
}

func snippetOfTheModule() throws {
    try Loop.run(.automatic) { loop in
        let listener = try await TCPListener.bind(to: .loopback(port: 7007))
        for try await stream in listener.connections {
            loop.createTask { try await echo(stream) }
        }
    }
}

func snippetOfTheOverview() throws {
    try Loop.run(.automatic) { loop in
        try await loop.sleep(for: .seconds(1))
        print("one second later")
    }
}

func snippetOfTasks(on loop: isolated Loop) async throws {
    let task = loop.createTask { try await fetch("index") }
    task.addDoneCallback { task in print("done:", task) }
    let page = try await task.value
    print(page)
}

func snippetOfCombinators(on loop: isolated Loop) async throws {
    let (text, count) = try await gather(loop.createTask { try await fetch("a") }, loop.createTask { 2 })
    for try await task in try asCompleted(["a", "b"].map { name in loop.createTask { try await fetch(name) } }) {
        print(try task.result())
    }
    print(text, count)
}

func snippetOfThreads() throws {
    let background = try LoopThread(.automatic)
    let future = try background.loop.submit { loop in
        try await loop.sleep(for: .milliseconds(1))
        return 42
    }
    print(try future.result(timeout: .seconds(5)))
    try background.stop()
}

func snippetOfCancellation(on loop: isolated Loop) async throws {
    do {
        try await work()
    } catch is CancellationError {
        try await shield { try await giveBack() }
        throw CancellationError()
    }
}

func snippetOfTimeouts(on loop: isolated Loop) async throws {
    try await withTimeout(.seconds(10)) { timeout in
        let seconds = try await readHead()
        try timeout.reschedule(after: .seconds(seconds))
        try await readBody()
    }
}

func snippetOfPrimitives(on loop: isolated Loop) async throws {
    let lock = Lock()
    let queue = Queue<String>(maxSize: 10)
    let worker = loop.createTask {
        while true {
            let name = try await queue.get()
            try await lock.withLock { print(try await fetch(name)) }
            try queue.taskDone()
        }
    }
    try await queue.put("index")
    try await queue.join()
    worker.cancel()
}

// What they call.

private func echo(_ stream: TCPStream) async throws {}
private func fetch(_ name: String) async throws -> String { name }
private func work() async throws {}
private func work(_ name: String) async throws -> String { name }
private func giveBack() async throws {}
private func readHead() async throws -> Int { 1 }
private func readBody() async throws {}
