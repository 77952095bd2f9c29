import HTTPFiles
import HTTPTypes
import Swirl
import SystemPackage

/// The folder that is served. What is opened lies beneath it: the kernel sees to that, whatever the path and the links
/// on its way say, and however they change meanwhile.
struct Site: Sendable {
    let root: File

    /// The answer to a request, with the file that its content is in.
    ///
    /// - Throws: `CancellationError`, `LoopError`. All else that can go wrong is an answer.
    func answer(to request: RequestHead, now: HTTPDate) async throws -> (Answer, File?) {
        do {
            var path = try Plan.path(for: request)
            var file = try await open(path)
            var plan = try await plan(request, path, file, now)
            if case .index(let index) = plan {
                try? await file.close()
                path = index
                file = try await openIndex(index)
                plan = try await self.plan(request, path, file, now)
            }
            guard case .answer(let answer) = plan else { throw Plan.noIndex }
            if case .file = answer.content { return (answer, file) }
            try? await file.close()
            return (answer, nil)
        } catch let failure as HTTPFailure {
            return (Answer(failure, to: request.method), nil)
        }
    }

    private func plan(_ request: RequestHead, _ path: TargetPath, _ file: File, _ now: HTTPDate) async throws -> Plan {
        Plan(request, path: path, facts: try await facts(file), now: now)
    }

    private func openIndex(_ path: TargetPath) async throws -> File {
        do {
            return try await open(path)
        } catch let failure as HTTPFailure where failure.status == .notFound {
            throw Plan.noIndex
        }
    }

    private func open(_ path: TargetPath) async throws -> File {
        let name = path.relative.isEmpty ? [CChar(bitPattern: UInt8(ascii: "."))] : path.relative.map { CChar(bitPattern: $0) }
        do {
            return try await File.open(
                FilePath(platformString: name + [0]), relativeTo: root, resolve: [.beneath, .noMagicLinks])
        } catch let error as IOError {
            throw Self.failure(error.errno)
        }
    }

    private func facts(_ file: File) async throws -> FileFacts {
        do {
            let status = try await file.status
            let kind: FileFacts.Kind =
                switch status.kind {
                case .regular: .regular
                case .directory: .directory
                default: .other
                }
            return FileFacts(
                kind: kind, size: status.size, modifiedSeconds: status.modified.seconds,
                modifiedNanoseconds: status.modified.nanoseconds, inode: status.inode)
        } catch let error as IOError {
            throw Self.failure(error.errno)
        }
    }

    /// What an error number means to a client. It learns nothing about what lies outside the folder.
    private static func failure(_ errno: Errno) -> HTTPFailure {
        switch errno {
        case .noSuchFileOrDirectory, .notDirectory, .fileNameTooLong: HTTPFailure(.notFound, "there is no such file")
        case .permissionDenied, .improperLink, .tooManySymbolicLinkLevels:
            HTTPFailure(.forbidden, "that file is not for everybody")
        // A socket's file, a device that has no driver, and what the kernel keeps for itself.
        case .noSuchAddressOrDevice, .operationNotSupportedByDevice, .notPermitted:
            HTTPFailure(.forbidden, "that is not a regular file")
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: HTTPFailure(.serviceUnavailable, "too many files are open")
        default: HTTPFailure(.internalServerError, "the file cannot be opened")
        }
    }
}
