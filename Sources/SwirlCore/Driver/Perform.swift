import CSwirlSystem

/// The one place that gives each operation its POSIX meaning: one operation, one system call.
///
/// `directly` does not wait for a socket's peer: sockets are asked with `MSG_DONTWAIT` and answer `-EAGAIN`, but for `accept`
/// and `connect`, for which the socket itself has to be non-blocking. It can wait for a disk, and, by a `read` or `write`, for
/// the other end of a pipe or a terminal that blocks. `neverWaits` says whether an operation may be done that way on the loop's
/// thread; what may not is the blocking pool's.
@unsafe
public enum Perform {
    /// Makes the system call. The value, or a negative error number, `-EAGAIN` and `-EINTR` among them.
    public static func directly(_ operation: Operation) -> Int32 {
        switch unsafe operation {
        case .receive(let descriptor, let bytes):
            return unsafe swirl_recv(descriptor.number, bytes.baseAddress, bytes.count)
        case .send(let descriptor, let bytes):
            return unsafe swirl_send(descriptor.number, bytes.baseAddress, bytes.count)
        case .sendVectors(let descriptor, let message):
            return unsafe swirl_sendmsg(descriptor.number, message)
        case .accept(let descriptor):
            return swirl_accept(descriptor.number)
        case .connect(let descriptor, let address):
            return unsafe swirl_connect(descriptor.number, address.baseAddress, address.count)
        case .receiveGroup, .poll:
            // Only a driver has buffers to pick from and a way to wait.
            return -EOPNOTSUPP
        case .read(let descriptor, let bytes, let offset):
            return unsafe swirl_preadv2(descriptor.number, bytes.baseAddress, bytes.count, offset, 0)
        case .write(let descriptor, let bytes, let offset):
            return unsafe swirl_pwritev2(descriptor.number, bytes.baseAddress, bytes.count, offset, 0)
        case .open(let directory, let path, let how):
            return unsafe swirl_openat2(directory, path, how)
        case .fileStatus(let descriptor, let status):
            return unsafe swirl_fstat(descriptor.number, status)
        case .pathStatus(let directory, let path, let flags, let status):
            return unsafe swirl_fstatat(directory, path, flags, status)
        case .truncate(let descriptor, let size):
            return swirl_ftruncate(descriptor.number, size)
        case .synchronize(let descriptor, let dataOnly):
            return dataOnly ? swirl_fdatasync(descriptor.number) : swirl_fsync(descriptor.number)
        case .close(let descriptor):
            return swirl_close(descriptor.number)
        case .socket(let domain, let type, let number):
            return swirl_socket(domain, type, number)
        case .bind(let descriptor, let address):
            return unsafe swirl_bind(descriptor.number, address.baseAddress, address.count)
        case .listen(let descriptor, let backlog):
            return swirl_listen(descriptor.number, backlog)
        case .setOption(let descriptor, let level, let name, let value):
            return unsafe swirl_setsockopt(descriptor.number, level, name, value.baseAddress, value.count)
        case .getOption(let descriptor, let level, let name, let value):
            return unsafe swirl_getsockopt(descriptor.number, level, name, value.baseAddress, value.count)
        case .localName(let descriptor, let address):
            return unsafe swirl_getsockname(descriptor.number, address.baseAddress, address.count)
        case .peerName(let descriptor, let address):
            return unsafe swirl_getpeername(descriptor.number, address.baseAddress, address.count)
        case .shutdown(let descriptor, let how):
            return swirl_shutdown(descriptor.number, how)
        case .makeEvent:
            return swirl_eventfd()
        case .watchSignal(let signal, let event, let once):
            return swirl_watch_signal(signal, event, once)
        case .takeSignal(let signal):
            return swirl_take_signal(signal) ? 1 : 0
        }
    }

    /// Whether `directly` cannot wait for a peer or a disk, so that the loop's own thread may call it: control calls,
    /// and closing what is not a file.
    public static func neverWaits(_ operation: Operation) -> Bool {
        switch unsafe operation {
        case .socket, .bind, .listen, .setOption, .getOption, .localName, .peerName, .shutdown, .makeEvent, .watchSignal,
            .takeSignal, .fileStatus:
            true
        case .close(let descriptor):
            !descriptor.isFile
        case .receive, .receiveGroup, .send, .sendVectors, .accept, .connect, .poll, .read, .write, .open, .pathStatus, .truncate,
            .synchronize:
            false
        }
    }
}
