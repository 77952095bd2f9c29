#if URing
import CLiburing
import CSwirlSystem
import SwirlCore

extension URingDriver {
    /// The submission that says what an operation says. Called again when an operation is submitted again, so it reads
    /// nothing but the operation and what the kernel can do.
    @inline(__always)
    func submission(for operation: Operation) -> swirl_uring_submission {
        // SAFETY: addresses are only passed on; they stay valid until the terminal completion (D4).
        switch unsafe operation {
        case .receive(let descriptor, let bytes):
            return .transfer(SWIRL_OP_RECV, descriptor, UInt(bitPattern: bytes.baseAddress), bytes.count)
        case .receiveGroup(let descriptor, let limit):
            return receiveGroup(descriptor, limit: limit)
        case .send(let descriptor, let bytes):
            // Without MSG_WAITALL: a cancelled send then tells exactly how many bytes the peer will see.
            return .transfer(
                SWIRL_OP_SEND, descriptor, UInt(bitPattern: bytes.baseAddress), bytes.count, flags: UInt32(MSG_NOSIGNAL))
        case .sendVectors(let descriptor, let message):
            return .transfer(
                SWIRL_OP_SENDMSG, descriptor, UInt(bitPattern: message), 1, flags: UInt32(MSG_NOSIGNAL))
        case .accept(let descriptor):
            var accept = swirl_uring_submission.transfer(
                SWIRL_OP_ACCEPT, descriptor, 0, 0, flags: UInt32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            accept.priority = UInt16(SWIRL_ACCEPT_MULTISHOT)
            return accept
        case .connect(let descriptor, let address):
            return .transfer(
                SWIRL_OP_CONNECT, descriptor, UInt(bitPattern: address.baseAddress), 0, offset: UInt64(address.count))
        case .poll(let descriptor, let direction):
            let events = direction == .input ? UInt32(POLLIN | SWIRL_POLLRDHUP) : UInt32(POLLOUT)
            return .transfer(SWIRL_OP_POLL_ADD, descriptor, 0, 0, flags: events)
        default:
            return unsafe fileSubmission(for: operation)
        }
    }

    @inline(never)
    private func fileSubmission(for operation: Operation) -> swirl_uring_submission {
        switch unsafe operation {
        case .read(let descriptor, let bytes, let offset):
            .transfer(
                SWIRL_OP_READ, descriptor, UInt(bitPattern: bytes.baseAddress), bytes.count, offset: UInt64(bitPattern: offset))
        case .write(let descriptor, let bytes, let offset):
            .transfer(
                SWIRL_OP_WRITE, descriptor, UInt(bitPattern: bytes.baseAddress), bytes.count, offset: UInt64(bitPattern: offset))
        case .open(let directory, let path, let how):
            .transfer(
                SWIRL_OP_OPENAT2, Descriptor(directory, .directory), UInt(bitPattern: path), MemoryLayout<swirl_open_how>.size,
                offset: UInt64(UInt(bitPattern: how)))
        case .close(let descriptor):
            .transfer(SWIRL_OP_CLOSE, descriptor, 0, 0)
        default:
            preconditionFailure("only what submit queues goes to the ring")
        }
    }

    /// A receive into picked buffers that never takes more than `limit` bytes (D15); 0 means no limit.
    ///
    /// The kernel looks at the limit only between two receives: asked for 64 bytes when 100 wait, it takes 100. `length`
    /// caps each receive exactly. So with pieces of half the limit, and a limit lowered by the piece that may overshoot
    /// it, what is taken is more than the half and never more than the whole.
    @inline(__always)
    private func receiveGroup(_ descriptor: Descriptor, limit: UInt32) -> swirl_uring_submission {
        var submission = swirl_uring_submission.transfer(SWIRL_OP_RECV, descriptor, 0, 0)
        submission.flags = UInt8(SWIRL_SQE_BUFFER_SELECT)
        guard facts.receiveLimit else {
            submission.length = min(limit, UInt32(SWIRL_TRANSFER_BYTES_MAX))
            return submission
        }
        submission.priority = UInt16(SWIRL_RECV_MULTISHOT)
        if limit != 0 {
            submission.length = unsafe max(1, min(limit / 2, largestBuffer))
            submission.limit = limit - submission.length + 1
        }
        return submission
    }
}

extension swirl_uring_submission {
    @inline(__always)
    static func transfer(
        _ opcode: Int, _ descriptor: Descriptor, _ address: UInt, _ count: Int, offset: UInt64 = 0, flags: UInt32 = 0
    ) -> Self {
        swirl_uring_submission(
            opcode: UInt8(truncatingIfNeeded: opcode), flags: 0, priority: 0, descriptor: descriptor.number, offset: offset,
            address: UInt64(address), length: UInt32(truncatingIfNeeded: min(count, Int(SWIRL_TRANSFER_BYTES_MAX))),
            operation_flags: flags, user_data: 0, buffer_group: 0, personality: 0, limit: 0, unused: (0, 0))
    }
}
#endif
