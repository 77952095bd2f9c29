#if URing
import CLiburing
import SwirlCore
import SystemPackage

/// What this kernel's io_uring does, found by trying, once a process.
struct Facts: Sendable {
    let opcodes: UInt64
    let features: UInt32
    let incrementalBuffers: Bool
    /// A multishot receive ends at the byte limit that it is given.
    let receiveLimit: Bool

    static func ofThisKernel() throws(BackendError) -> Facts {
        var found = swirl_uring_facts()
        let result = URingDriver.retryingNoMemory { unsafe swirl_uring_learn(&found) }
        if result < 0 { throw URingDriver.failure(Errno(rawValue: -result)) }
        let facts = Facts(
            opcodes: found.opcodes, features: found.features, incrementalBuffers: found.incremental_buffers,
            receiveLimit: found.receive_limit)
        // The opcode SOCKET came with the same release as multishot accept, which no bit tells of.
        guard facts.knows(SWIRL_OP_SOCKET), facts.features & UInt32(SWIRL_FEATURE_EXT_ARG) != 0 else {
            throw URingDriver.failure(.invalidArgument)
        }
        return facts
    }

    func knows(_ opcode: Int) -> Bool {
        opcodes >> UInt64(opcode) & 1 != 0
    }

    var capabilities: Capabilities {
        var entries: [Operation.Kind: Capabilities.Entry] = [:]
        for kind in Operation.Kind.allCases { entries[kind] = entry(kind) }
        return Capabilities(picksBuffers: incrementalBuffers, entries)
    }

    private func entry(_ kind: Operation.Kind) -> Capabilities.Entry {
        switch kind {
        case .receive: .init(.native, "IORING_OP_RECV; never tried first")
        case .receiveGroup: receiveGroup
        case .send: .init(.native, "send with MSG_DONTWAIT; IORING_OP_SEND when that would block")
        case .sendVectors: .init(.native, "sendmsg with MSG_DONTWAIT; IORING_OP_SENDMSG when that would block")
        case .accept: .init(.native, "IORING_OP_ACCEPT, multishot")
        case .connect: .init(.native, "IORING_OP_CONNECT; a full AF_UNIX backlog is tried again after 1 to 50 ms")
        case .poll: .init(.native, "IORING_OP_POLL_ADD, one-shot")
        case .read: .init(.native, "page cache: preadv2 with RWF_NOWAIT up to 256 KiB; else IORING_OP_READ")
        case .write: .init(.native, "IORING_OP_WRITE; less than 256 KiB to a file: the pool, twice as fast")
        case .open:
            knows(SWIRL_OP_OPENAT2)
                ? .init(.native, "IORING_OP_OPENAT2") : .init(.offloaded, "this kernel lacks IORING_OP_OPENAT2")
        case .pathStatus, .truncate, .synchronize:
            .init(.offloaded, "io_uring would hand it to its own threads: 6-7 us, the loop's pool less in batches")
        case .close: .init(.native, "a file: IORING_OP_CLOSE; anything else: close, directly")
        case .fileStatus: .init(.native, "fstat, directly: 0.37 us, on the ring 5.3")
        case .socket, .bind, .listen, .setOption, .getOption, .localName, .peerName, .shutdown, .makeEvent, .watchSignal,
            .takeSignal:
            .init(.native, "one direct call")
        }
    }

    private var receiveGroup: Capabilities.Entry {
        if !incrementalBuffers { return .init(.unsupported, "this kernel lacks incremental buffer rings (Linux 6.12)") }
        return receiveLimit
            ? .init(.native, "IORING_OP_RECV, multishot with a byte limit, into an incremental buffer ring")
            : .init(.native, "IORING_OP_RECV into an incremental buffer ring, one at a time: this kernel has no byte limit")
    }
}
#endif
