import SwirlCore

/// Runs `body` here, beside a loop that runs on a thread of its own, and closes the loop.
func withLoop(
    _ context: ScenarioContext, options: LoopOptions = .testing, _ body: (Loop) throws -> Void
) throws {
    let loop = try Loop(context.backend, options: options)
    let ended = Once<Result<Void, any Error>>()
    OwnThread.detached {
        ended.finish(
            Result {
                try loop.runForever()
                try loop.close()
            })
    }
    let result = Result { try body(loop) }
    loop.stop()
    let closing = ended.wait(.seconds(8))
    try result.get()
    try require(closing, "the loop does not stop: \(loop.outstanding())").get()
}
