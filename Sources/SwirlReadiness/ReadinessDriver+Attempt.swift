import CSwirlSystem
public import SwirlCore

extension ReadinessDriver {
    /// Makes the operation's system call without waiting, and puts down what the answer says of the descriptor.
    @inline(__always)
    func tryNow(_ operation: Operation) -> Int32 {
        var result: Int32
        switch unsafe operation {
        case .receive(let descriptor, let bytes):
            unsafe result = receive(descriptor.number, bytes)
        case .send(let descriptor, let bytes):
            unsafe result = send(descriptor.number, bytes)
        case .read(let descriptor, let bytes, let offset):
            repeat { unsafe result = tryReading(descriptor.number, bytes, offset) } while result == -EINTR
            learn(descriptor.number, .readable, result, asked: 0)
        case .write(let descriptor, let bytes, let offset):
            repeat { unsafe result = tryWriting(descriptor.number, bytes, offset) } while result == -EINTR
            learn(descriptor.number, .writable, result, asked: 0)
        case .poll(let descriptor, let direction):
            result = known(descriptor.number, direction)
        default:
            repeat { unsafe result = Perform.directly(operation) } while result == -EINTR
            if case .sendVectors(let descriptor, _) = unsafe operation, result == -EAGAIN {
                learn(descriptor.number, .writable, result, asked: 0)
            }
        }
        return result
    }

    // Neither is inlined into its witness: the compiler marks calls in a witness as not to be inlined (decisions/0008).
    @inline(never)
    public func receiveNow(_ descriptor: Descriptor, into bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        watches.reserve(descriptor.number)
        // Known to be in vain: no system call.
        guard unsafe watches[descriptor.number].pointee.flags.contains(.readable) else { return -EAGAIN }
        return unsafe receive(descriptor.number, bytes)
    }

    @inline(never)
    public func sendNow(_ descriptor: Descriptor, from bytes: UnsafeRawBufferPointer) -> Int32 {
        watches.reserve(descriptor.number)
        return unsafe send(descriptor.number, bytes)
    }

    @inline(__always)
    func receive(_ number: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int32 {
        var result: Int32
        repeat { unsafe result = swirl_recv(number, bytes.baseAddress, bytes.count) } while result == -EINTR
        learn(number, .readable, result, asked: bytes.count)
        return result
    }

    @inline(__always)
    func send(_ number: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        var result: Int32
        repeat { unsafe result = swirl_send(number, bytes.baseAddress, bytes.count) } while result == -EINTR
        learn(number, .writable, result, asked: bytes.count)
        return result
    }

    /// A full answer leaves the flag, EAGAIN clears it. So does less than was `asked` of a stream socket, unless it has hung up
    /// or had bytes out of line. Of anything else nothing is asked here: there a short answer says nothing.
    @inline(__always)
    private func learn(_ number: Int32, _ flag: Watch.Flags, _ result: Int32, asked: Int) {
        guard result == -EAGAIN || (result >= 0 && Int(result) < asked) else { return }
        let watch = unsafe watches[number]
        if unsafe watch.pointee.flags.isDisjoint(with: [.hungUp, .urgent]) || result == -EAGAIN {
            unsafe watch.pointee.flags.remove(flag)
        }
    }

    /// What `poll` would answer for one direction, from what is known.
    @inline(__always)
    func known(_ number: Int32, _ direction: Direction) -> Int32 {
        let flags = unsafe watches[number].pointee.flags
        guard flags.contains(direction == .input ? .readable : .writable) else { return -EAGAIN }
        var events = direction == .input ? POLLIN : POLLOUT
        if flags.contains(.hungUp) { events |= Int32(POLLHUP) }
        return Int32(events)
    }

    // MARK: Pipes, terminals, devices

    /// Inherited descriptors are not made non-blocking: others share them. `RWF_NOWAIT` asks the same of one call; where
    /// it is unknown (terminals, most devices), a plain call follows only where poll(2) says that it need not wait.
    ///
    /// A terminal that blocks may still do so for a write of more than there is room for: nothing tells how much that is.
    private func tryReading(_ number: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int64) -> Int32 {
        let result = unsafe swirl_preadv2(number, bytes.baseAddress, bytes.count, offset, SWIRL_RWF_NOWAIT)
        guard result == -EOPNOTSUPP || result == -EINVAL else { return result }
        guard swirl_is_ready(number, Int16(POLLIN)) else { return -EAGAIN }
        return unsafe swirl_preadv2(number, bytes.baseAddress, bytes.count, offset, 0)
    }

    private func tryWriting(_ number: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int64) -> Int32 {
        let result = unsafe swirl_pwritev2_quietly(number, bytes.baseAddress, bytes.count, offset, SWIRL_RWF_NOWAIT)
        guard result == -EOPNOTSUPP || result == -EINVAL else { return result }
        guard swirl_is_ready(number, Int16(POLLOUT)) else { return -EAGAIN }
        return unsafe swirl_pwritev2_quietly(number, bytes.baseAddress, bytes.count, offset, 0)
    }

    // MARK: Files

    /// An open whose way lies in the kernel's cache of names ends inline (1.9 us, by the pool 8.5); the rest is the pool's,
    /// and so is what changes something or may wait for a peer.
    func openFile(_ directory: Int32, _ path: UnsafePointer<CChar>, _ how: swirl_open_how) -> Disposition {
        let flags = Int32(truncatingIfNeeded: how.flags)
        guard flags & (O_CREAT | O_TRUNC) == 0, flags & O_NONBLOCK != 0 else { return .declined }
        var cached = how
        cached.resolve |= UInt64(SWIRL_RESOLVE_CACHED)
        let result = unsafe swirl_openat2(directory, path, &cached)
        switch -result {
        case EAGAIN, EINTR, EINVAL, ENOSYS:
            // Not cached, or a kernel before 5.12, which does not know how to ask.
            return .declined
        default:
            if result >= 0 { forget(result) }
            return .ended(result)
        }
    }
}
