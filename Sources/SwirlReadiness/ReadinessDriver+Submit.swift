import CSwirlSystem
public import SwirlCore

extension ReadinessDriver {
    public func submit(_ operation: Operation, as token: Token) -> Disposition {
        switch unsafe operation {
        case .receive(let descriptor, let bytes):
            if unsafe bytes.isEmpty { return .ended(0) }
            return unsafe input(operation, token, descriptor)
        case .poll(let descriptor, .input):
            watches.reserve(descriptor.number)
            let known = known(descriptor.number, .input)
            if known != -EAGAIN { return .ended(known) }
            let disposition = unsafe waitForReadiness(operation, token, descriptor, .input)
            if case .inFlight = disposition { unsafe watches[descriptor.number].pointee.flags.insert(.polled) }
            return disposition
        case .accept(let descriptor):
            return unsafe accept(operation, token, descriptor)
        case .send(let descriptor, _), .sendVectors(let descriptor, _), .connect(let descriptor, _):
            return unsafe output(operation, token, descriptor)
        case .poll(let descriptor, .output):
            return unsafe output(operation, token, descriptor)
        case .read(let descriptor, let bytes, let offset):
            if descriptor.isFile { return unsafe cachedReads.read(descriptor, bytes, at: offset).map { .ended($0) } ?? .declined }
            return unsafe input(operation, token, descriptor)
        case .write(let descriptor, _, _):
            if descriptor.isFile { return .declined }
            return unsafe output(operation, token, descriptor)
        case .close(let descriptor):
            forget(descriptor.number)
            // A file that was written may have something to write back. One that was only read seldom has anything to wait
            // for: directly it costs less than 1 us, through the pool 20 (swirl-serve, 64 connections: 39 us a request,
            // without the pool 17). The price: FUSE may flush then, too, and a file that was unlinked meanwhile frees its
            // blocks with its last close, both on the loop's thread.
            if descriptor.isFile && !swirl_is_read_only(descriptor.number) { return .declined }
            return unsafe .ended(Perform.directly(operation))
        case .receiveGroup:
            return .ended(-EOPNOTSUPP)
        case .open(let directory, let path, let how):
            return unsafe openFile(directory, path, how.pointee)
        case .pathStatus, .truncate, .synchronize:
            return .declined
        case .fileStatus, .socket, .bind, .listen, .setOption, .getOption, .localName, .peerName, .shutdown, .makeEvent,
            .watchSignal, .takeSignal:
            return unsafe control(operation)
        }
    }

    /// A control call. A number that it makes is nobody's yet, whatever was known of it (FD-02).
    private func control(_ operation: Operation) -> Disposition {
        let result = unsafe Perform.directly(operation)
        switch unsafe operation {
        case .socket, .makeEvent: if result >= 0 { forget(result) }
        default: break
        }
        return .ended(result)
    }

    /// Forgets what was known of a number that changes hands.
    func forget(_ number: Int32) {
        cachedReads.forget(number)
        guard watches.contains(number) else { return }
        let watch = unsafe watches[number]
        // D9 keeps the core from closing it then. But somebody else may have closed it behind our back (FD-02).
        if unsafe watch.pointee.input != nil || watch.pointee.output != nil { fail(number) }
        if unsafe watch.pointee.flags.contains(.added) { poller.remove(number) }
        unsafe watch.pointee.flags.formIntersection([.again, .stale])
        unsafe watch.pointee.generation &+= 1
    }

    // MARK: The two directions

    private func input(_ operation: Operation, _ token: Token, _ descriptor: Descriptor) -> Disposition {
        watches.reserve(descriptor.number)
        let watch = unsafe watches[descriptor.number]
        if unsafe watch.pointee.flags.contains(.readable) {
            let result = unsafe tryNow(operation)
            if result != -EAGAIN { return .ended(result) }
        }
        return unsafe waitForReadiness(operation, token, descriptor, .input)
    }

    private func output(_ operation: Operation, _ token: Token, _ descriptor: Descriptor) -> Disposition {
        watches.reserve(descriptor.number)
        let result = unsafe tryNow(operation)
        if case .connect = unsafe operation {
            if result == -EINPROGRESS { return unsafe waitForReadiness(operation, token, descriptor, .output) }
            // AF_UNIX answers EAGAIN when the listener's backlog is full, and no event ever tells that it is not. The poller
            // must not be asked: it calls a socket that is not connected writable.
            if result == -EAGAIN {
                unsafe put(operation, token, descriptor.number, .output)
                retries.add(token, at: now)
                return .inFlight
            }
        }
        if result != -EAGAIN { return .ended(result) }
        return unsafe waitForReadiness(operation, token, descriptor, .output)
    }

    private func accept(_ operation: Operation, _ token: Token, _ descriptor: Descriptor) -> Disposition {
        watches.reserve(descriptor.number)
        let disposition = unsafe waitForReadiness(operation, token, descriptor, .input)
        // A multishot brings nothing inline (D8): what is there already comes from the next wait.
        if unsafe watches[descriptor.number].pointee.flags.contains(.readable) { lookAgain(at: descriptor.number) }
        return disposition
    }

    /// Puts an operation down until the poller says that the descriptor is ready.
    func waitForReadiness(
        _ operation: Operation, _ token: Token, _ descriptor: Descriptor, _ direction: Direction
    ) -> Disposition {
        let number = descriptor.number
        let watch = unsafe watches[number]
        unsafe put(operation, token, number, direction)
        if unsafe !watch.pointee.flags.contains(.added) {
            let wanted: Readiness = tellsChangesOnly ? [.input, .output] : unsafe watch.pointee.wanted
            let result = poller.add(number, wanted, generation: unsafe watch.pointee.generation)
            if result < 0 {
                if direction == .input { unsafe watch.pointee.input = nil } else { unsafe watch.pointee.output = nil }
                // A device that cannot be waited for is read and written like a file.
                if operation.mayBlockBriefly, result == -EPERM { return .declined }
                return .ended(result)
            }
            unsafe watch.pointee.flags.insert(.added)
            unsafe watch.pointee.told = wanted
        } else if !tellsChangesOnly, unsafe !watch.pointee.flags.contains(.stale) {
            tell(number)
        }
        return .inFlight
    }

    /// Puts an operation down in its place.
    private func put(_ operation: Operation, _ token: Token, _ number: Int32, _ direction: Direction) {
        let watch = unsafe watches[number]
        // D14: the core has one at a time. So the other one is of an owner whose number was closed behind our back (FD-02).
        if unsafe (direction == .input ? watch.pointee.input : watch.pointee.output) != nil { forget(number) }
        let waiting = unsafe Watch.Waiting(token: token, operation: operation)
        if direction == .input { unsafe watch.pointee.input = waiting } else { unsafe watch.pointee.output = waiting }
        numbers[token] = number
    }

    // MARK: Cancelling

    public func cancel(_ token: Token) {
        let number = numbers[token]
        guard watches.contains(number) else { return }
        let watch = unsafe watches[number]
        if unsafe watch.pointee.input?.token == token {
            take(number, .input)
        } else if unsafe watch.pointee.output?.token == token {
            take(number, .output)
            retries.remove(token)
        } else {
            return
        }
        backlog.append(Completion(token: token, result: -ECANCELED))
    }
}

extension Operation {
    /// Whether a pool thread may do it when the descriptor cannot be waited for.
    @safe fileprivate var mayBlockBriefly: Bool {
        switch unsafe self {
        case .read, .write: true
        default: false
        }
    }
}
