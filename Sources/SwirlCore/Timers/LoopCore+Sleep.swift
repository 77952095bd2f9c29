extension LoopCore {
    /// A sleep without a duration: one trip through the ready queue, and no timer.
    package nonisolated(nonsending) func letOthersRun() async throws {
        guard isOnOwnerThread else { return try await sleep(until: .min) }
        let refusal = refusal(on: nil)
        await yield()
        try Ending.check(refusal < 0 ? refusal : self.refusal(on: nil))
    }

    /// Suspends the running task until the clock reaches `deadline`. A deadline that has passed lets others run once.
    package nonisolated(nonsending) func sleep(until deadline: Int64) async throws {
        let ending: Int32
        if isOnOwnerThread {
            ending = await sleepHere(until: deadline)
        } else {
            ending = await onLoop { [self] _ in await sleepHere(until: deadline) } ?? Ending.loopClosed
        }
        try Ending.check(ending)
    }

    @inline(__always)
    private nonisolated(nonsending) func sleepHere(until deadline: Int64) async -> Int32 {
        let refusal = refusal(on: nil)
        if refusal < 0 { return await refused(refusal) }
        let token = park()
        unsafe slots[token.index].pointee.timer = timers.insert(at: deadline, .wake(token))
        return await wait(for: token)
    }
}
