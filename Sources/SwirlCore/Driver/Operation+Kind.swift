extension Operation {
    /// The cases of `Operation` without what they carry: for capabilities, tables and messages.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case receive, receiveGroup, send, sendVectors, accept, connect, poll
        case read, write, open, fileStatus, pathStatus, truncate, synchronize, close
        case socket, bind, listen, setOption, getOption, localName, peerName, shutdown, makeEvent, watchSignal
        case takeSignal
    }

    @safe
    public var kind: Kind {
        switch unsafe self {
        case .receive: .receive
        case .receiveGroup: .receiveGroup
        case .send: .send
        case .sendVectors: .sendVectors
        case .accept: .accept
        case .connect: .connect
        case .poll: .poll
        case .read: .read
        case .write: .write
        case .open: .open
        case .fileStatus: .fileStatus
        case .pathStatus: .pathStatus
        case .truncate: .truncate
        case .synchronize: .synchronize
        case .close: .close
        case .socket: .socket
        case .bind: .bind
        case .listen: .listen
        case .setOption: .setOption
        case .getOption: .getOption
        case .localName: .localName
        case .peerName: .peerName
        case .shutdown: .shutdown
        case .makeEvent: .makeEvent
        case .watchSignal: .watchSignal
        case .takeSignal: .takeSignal
        }
    }
}
