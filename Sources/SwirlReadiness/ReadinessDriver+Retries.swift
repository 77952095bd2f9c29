import CSwirlSystem
import SwirlCore

extension ReadinessDriver {
    /// Tries again the connects that are due, which no readiness announces.
    func retryConnects(_ batch: inout OutputSpan<Completion>) {
        for token in retries.due(now) {
            let number = numbers[token]
            guard let waiting = unsafe watches[number].pointee.output, waiting.token == token else { continue }
            let result = unsafe tryNow(waiting.operation)
            if result == -EAGAIN {
                retries.later(token, now)
                continue
            }
            retries.remove(token)
            take(number, .output)
            if result == -EINPROGRESS {
                // AF_UNIX never says so. Another family might, and then there is something to wait for.
                let disposition = unsafe waitForReadiness(waiting.operation, token, Descriptor(number, .socket), .output)
                if case .ended(let result) = disposition { post(Completion(token: token, result: result), &batch) }
            } else {
                post(Completion(token: token, result: result), &batch)
            }
        }
    }
}

/// Operations to try again at a time, later and later: 1, 2, 4 … 50 ms (D7).
struct RetryList {
    private struct Retry {
        let token: Token
        var due: Int64
        var pause: Int64
    }

    private static let pauseMin: Int64 = 1_000_000
    private static let pauseMax: Int64 = 50_000_000
    private var retries: [Retry] = []

    @inline(__always)
    var isEmpty: Bool { retries.isEmpty }

    /// When the first is due.
    var next: Int64? { retries.isEmpty ? nil : retries.map(\.due).min() }

    mutating func add(_ token: Token, at now: Int64) {
        retries.append(Retry(token: token, due: now + Self.pauseMin, pause: Self.pauseMin))
    }

    func due(_ now: Int64) -> [Token] {
        retries.filter { $0.due <= now }.map(\.token)
    }

    mutating func later(_ token: Token, _ now: Int64) {
        guard let index = retries.firstIndex(where: { $0.token == token }) else { return }
        retries[index].pause = min(retries[index].pause * 2, Self.pauseMax)
        retries[index].due = now + retries[index].pause
    }

    mutating func remove(_ token: Token) {
        retries.removeAll { $0.token == token }
    }
}
