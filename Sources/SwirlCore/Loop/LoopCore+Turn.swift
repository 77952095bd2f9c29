// One turn of the loop, in asyncio's order:
//
// 1. Wait for IO: not at all when anything is ready, else until the next timer. A loop that is busy with its ready queue
//    asks the driver only every 64 entries or 50 us: asking costs epoll and io_uring 0.2 us, but poll 37 us at 1,000
//    descriptors. Before that, receives that wait for a buffer of a dry ring may be armed (LoopCore+DryRing.swift).
// 2. Dispatch completions: each resumes whoever waits for it, that is, puts a job at the end of the ready queue. Of more
//    than 64 only the first; a turn that finds some left does not wait, but goes on with these (CompletionBatch.swift).
// 3. Empty the inbox, into the ready queue.
// 4. Put due timers into the ready queue, nearest first.
// 5. Run a snapshot of the ready queue: what is there now, not what it adds. So IO and timers cannot be starved by work
//    that makes more work.

import CSwirlSystem
import Synchronization
import SystemPackage

extension LoopCore {
    private static let entriesBetweenPolls = 64
    private static let nanosecondsBetweenPolls: Int64 = 50_000

    /// Runs turns until `stop` was asked for. At least one.
    func runTurns() {
        repeat {
            turn()
        } while !stopRequested.load(ordering: .relaxed)
    }

    func turn() {
        if batch.isEmpty {
            if !dryQueues.isEmpty { armDryQueues() }
            pollIfDue()
        }
        if !batch.isEmpty { dispatchPiece() }
        if inbox.hasLetters { openLetters() }
        if timers.count > 0 { fireDueTimers() }
        runReady()
    }

    /// Runs a snapshot of the ready queue.
    @inline(__always)
    func runReady() {
        if let debug { runSnapshot(watchedBy: debug) } else { runSnapshot() }
    }

    private func nextDeadline() -> Deadline {
        if !ready.isEmpty || inbox.hasLetters || !dryQueues.isEmpty { return .now }
        // Only a run is stopped. A close goes on, and would look and look.
        if stopRequested.load(ordering: .relaxed) && phase == .running { return .now }
        guard let timer = timers.nextDeadline else { return .never }
        return .at(nanoseconds: timer)
    }

    /// Whether it does not matter to the next timer when other threads get a time slice first.
    private func isDistant(_ deadline: Deadline) -> Bool {
        switch deadline {
        case .now: false
        case .at(let nanoseconds): nanoseconds > now + 10_000_000
        case .never: true
        }
    }

    private func shouldAskDriver(_ deadline: Deadline) -> Bool {
        guard deadline == .now, !ready.isEmpty else { return true }
        entriesSincePoll += ready.count
        if entriesSincePoll >= Self.entriesBetweenPolls { return true }
        return now - lastPoll >= Self.nanosecondsBetweenPolls
    }

    // Inlined, because it is on the way out of a system call: see swirl_direct.h.
    @inline(__always)
    private func pollIfDue() {
        var deadline = nextDeadline()
        guard shouldAskDriver(deadline) else { return }
        entriesSincePoll = 0
        if deadline != .now, !inbox.prepareToSleep(hasTime: isDistant(deadline)) { deadline = .now }
        do throws(Errno) {
            try batch.fill(by: driver, until: deadline)
        } catch {
            preconditionFailure("\(backendName): waiting for IO failed: \(error)")
        }
        if deadline != .now { inbox.wokeUp() }
        countWait()
        if !ready.isEmpty { lastPoll = now }
    }

    private func dispatchPiece() {
        let piece = unsafe batch.takePiece()
        for index in piece.indices { unsafe slots.prefetch(piece[index].token) }
        for index in piece.indices {
            if index + 2 < piece.count { unsafe slots.prefetchOwner(piece[index + 2].token) }
            unsafe dispatch(piece[index])
        }
    }

    private func fireDueTimers() {
        guard let next = timers.nextDeadline else { return }
        let now = now
        guard next <= now else { return }
        while let action = timers.popDue(now: now) {
            switch action {
            case .wake(let token): finish(token, 0)
            case .expire(let token): interrupt(token, .expired)
            case .call(let handle): ready.append(.callback(handle))
            case .nothing: break
            }
        }
    }

    func openLetters() {
        inbox.takeAll(into: &letters)
        for letter in letters { open(letter) }
        letters.removeAll(keepingCapacity: true)
    }

    func open(_ letter: Letter) {
        switch letter {
        case .job(let job):
            ready.append(job)
            foreignJobs &+= 1
        case .callback(let entry): ready.append(entry)
        case .cancel(let token): interrupt(token, .cancelled)
        case .ended(let token, let result): poolEnded(token, result)
        case .run(let call): call.run(self)
        }
    }

    private func runSnapshot() {
        var left = ready.count
        while left > 0 {
            left -= 1
            let entry = ready.removeFirst()
            if let task = unsafe ready.following {
                unsafe SwiftTask.prefetch(task)
                unsafe tasks.prefetch(task)
            }
            if let handle = entry.takeHandle() {
                handle.run(on: self)
            } else {
                run(entry)
            }
        }
    }
}
