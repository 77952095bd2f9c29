import CSwirlSystem
import SwirlCore

/// The calls that every kind of socket makes, through the loop's driver.
enum SocketCalls {
    /// The loop for a socket that is made now: the one given, or the one that runs on this thread.
    static func core(_ loop: Loop?) throws -> LoopCore {
        guard let core = (loop ?? Loop.current)?.core else { throw LoopError.noRunningLoop }
        return core
    }

    /// A new socket. Whoever asked for it closes it when what follows fails.
    static nonisolated(nonsending) func open(_ core: LoopCore, for address: SocketAddress, _ operation: String) async throws
        -> OpenDescriptor
    {
        let number = await unsafe core.perform(
            .socket(domain: address.domain, type: Int32(SOCK_STREAM.rawValue), protocol: 0), on: nil, nil)
        guard number >= 0 else { throw IOError.of(number, operation, address.description) }
        return OpenDescriptor(Descriptor(number, .socket), core: core)
    }

    // SAFETY of all that follows: D4: the memory is on the heap and freed after `perform`, which returns after the terminal
    // completion.

    static nonisolated(nonsending) func set(_ open: OpenDescriptor, _ level: Int32, _ name: Int32, _ value: Int32) async -> Int32
    {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 4)
        defer { unsafe memory.deallocate() }
        unsafe memory.storeBytes(of: value, as: Int32.self)
        return await unsafe open.core.perform(
            .setOption(open.descriptor, level: level, name: name, value: UnsafeRawBufferPointer(memory)), on: open, nil)
    }

    static nonisolated(nonsending) func get(_ open: OpenDescriptor, _ level: Int32, _ name: Int32) async -> (Int32, Int32) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 4)
        defer { unsafe memory.deallocate() }
        let result = await unsafe open.core.perform(
            .getOption(open.descriptor, level: level, name: name, into: memory), on: open, nil)
        return unsafe (result, memory.load(as: Int32.self))
    }

    /// The address of a socket's own end, or of its peer.
    static nonisolated(nonsending) func name(_ open: OpenDescriptor, ofPeer: Bool) async -> Result<SocketAddress, RawFailure> {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 8)
        defer { unsafe memory.deallocate() }
        let operation: Operation =
            unsafe ofPeer ? .peerName(open.descriptor, into: memory) : .localName(open.descriptor, into: memory)
        let result = await unsafe open.core.perform(operation, on: open, nil)
        guard result >= 0 else { return .failure(RawFailure(result: result)) }
        guard let address = unsafe SocketAddress(kernel: memory.prefix(min(128, Int(result)))) else {
            return .failure(RawFailure(result: -EAFNOSUPPORT))
        }
        return .success(address)
    }

    /// A result below zero on its way to an `IOError`.
    struct RawFailure: Error {
        let result: Int32
    }
}
