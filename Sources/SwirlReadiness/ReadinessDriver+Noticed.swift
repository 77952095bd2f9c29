// What comes of an event: the operations that wait on its descriptor are tried, and end or go on waiting.

import CSwirlSystem
import SwirlCore

extension ReadinessDriver {
    /// Puts down what the poller has said of a descriptor, and tries what waits there.
    func noticed(_ event: ReadinessEvent, _ batch: inout OutputSpan<Completion>) {
        guard watches.contains(event.descriptor) else { return }
        let watch = unsafe watches[event.descriptor]
        // An event of an earlier owner of this number, or of a duplicate that keeps the registration alive (FD-03, FD-04).
        guard unsafe watch.pointee.generation == event.generation && watch.pointee.flags.contains(.added) else { return }
        if event.ready.contains(.invalid) { return failed(event.descriptor, &batch) }
        if !event.ready.isDisjoint(with: [.input, .hangUp]) { unsafe watch.pointee.flags.insert(.readable) }
        if !event.ready.isDisjoint(with: [.output, .hangUp]) { unsafe watch.pointee.flags.insert(.writable) }
        if !event.ready.isDisjoint(with: [.hangUp, .urgent]) {
            unsafe watch.pointee.flags.insert(event.ready.contains(.hangUp) ? .hungUp : .urgent)
        }
        if unsafe watch.pointee.flags.isSuperset(of: [.polled, .readable]), unsafe watch.pointee.output == nil,
            let token = unsafe watch.pointee.input?.token
        {
            // The common case: whoever waits for input will receive it himself.
            take(event.descriptor, .input)
            return post(Completion(token: token, result: known(event.descriptor, .input)), &batch)
        }
        attempt(event.descriptor, &batch)
    }

    /// Tries what waits on a descriptor, both directions.
    func attempt(_ number: Int32, _ batch: inout OutputSpan<Completion>) {
        let watch = unsafe watches[number]
        if let waiting = unsafe watch.pointee.input, unsafe watch.pointee.flags.contains(.readable) {
            if case .accept(let listener) = unsafe waiting.operation {
                acceptAll(listener, waiting.token, &batch)
            } else {
                attemptOne(waiting, number, .input, &batch)
            }
        }
        if let waiting = unsafe watch.pointee.output, unsafe watch.pointee.flags.contains(.writable) {
            attemptOne(waiting, number, .output, &batch)
        }
    }

    private func attemptOne(
        _ waiting: Watch.Waiting, _ number: Int32, _ direction: Direction, _ batch: inout OutputSpan<Completion>
    ) {
        let result: Int32
        switch unsafe waiting.operation {
        case .poll: result = known(number, direction)
        // It was begun when it was submitted; what came of it is asked.
        case .connect: result = swirl_connect_result(number)
        default: result = unsafe tryNow(waiting.operation)
        }
        guard result != -EAGAIN else { return }
        take(number, direction)
        post(Completion(token: waiting.token, result: result), &batch)
    }

    /// The operation in this place has ended.
    func take(_ number: Int32, _ direction: Direction) {
        let watch = unsafe watches[number]
        if direction == .input {
            unsafe watch.pointee.input = nil
            unsafe watch.pointee.flags.remove(.polled)
        } else {
            unsafe watch.pointee.output = nil
        }
        guard !tellsChangesOnly, unsafe !watch.pointee.flags.contains(.stale) else { return }
        unsafe watch.pointee.flags.insert(.stale)
        stale.append(number)
    }

    func post(_ completion: Completion, _ batch: inout OutputSpan<Completion>) {
        if batch.freeCapacity > 0 { batch.append(completion) } else { backlog.append(completion) }
    }

    /// The number is not open any more: somebody closed it behind our back (FD-02).
    private func failed(_ number: Int32, _ batch: inout OutputSpan<Completion>) {
        poller.remove(number)
        unsafe watches[number].pointee.flags = []
        fail(number)
        takeBacklog(into: &batch)
    }

    /// Ends what waits on a number that was closed behind our back, in the next wait.
    @inline(never)
    func fail(_ number: Int32) {
        let watch = unsafe watches[number]
        for direction in [Direction.input, .output] {
            guard let waiting = unsafe direction == .input ? watch.pointee.input : watch.pointee.output else { continue }
            take(number, direction)
            retries.remove(waiting.token)
            backlog.append(Completion(token: waiting.token, result: -EBADF))
        }
    }
}
