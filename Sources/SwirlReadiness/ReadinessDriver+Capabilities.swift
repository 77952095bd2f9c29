import SwirlCore

extension ReadinessDriver {
    static func describe(_ poller: any Poller) -> Capabilities {
        var entries: [Operation.Kind: Capabilities.Entry] = [:]
        for kind in Operation.Kind.allCases {
            entries[kind] =
                switch kind {
                case .receive: .init(.readiness, "recv(2) when readable; a short receive waits for the next edge")
                case .receiveGroup: .init(.unsupported, "the core picks a buffer when the socket is readable")
                case .send: .init(.readiness, "send(2) first, then when writable")
                case .sendVectors: .init(.readiness, "sendmsg(2) first, then when writable")
                case .accept: .init(.readiness, "accept4(2) until nobody is left, 64 a turn")
                case .connect: .init(.readiness, "connect(2), then SO_ERROR when writable")
                case .poll: .init(.readiness)
                case .read: .init(.offloaded, "files: preadv2(RWF_NOWAIT) inline when cached, else the pool; pipes by readiness")
                case .write: .init(.offloaded, "files by the pool; pipes by readiness")
                case .open: .init(.offloaded, "openat2(RESOLVE_CACHED) inline when the names are cached, else the pool")
                case .pathStatus, .truncate, .synchronize: .init(.offloaded)
                case .close: .init(.native, "close(2), directly; a file that may have been written: the pool")
                case .fileStatus, .socket, .bind, .listen, .setOption, .getOption, .localName, .peerName, .shutdown, .makeEvent,
                    .watchSignal, .takeSignal:
                    .init(.native, "one direct call")
                }
        }
        return Capabilities(picksBuffers: false, entries)
    }
}
