import CSwirlSystem
import SwirlCore

extension ReadinessDriver {
    /// How many connections one listener may take in one wait, so that a storm of them does not starve who is connected.
    private static let acceptsPerWaitMax = 64

    /// Accepts until nobody is left, the batch is full, or others have waited long enough.
    func acceptAll(_ listener: Descriptor, _ token: Token, _ batch: inout OutputSpan<Completion>) {
        for _ in 0..<Self.acceptsPerWaitMax where batch.freeCapacity > 0 {
            let result = swirl_accept(listener.number)
            if result >= 0 {
                forget(result)
                batch.append(Completion(token: token, result: result, flags: .more))
                continue
            }
            switch -result {
            case EAGAIN:
                unsafe watches[listener.number].pointee.flags.remove(.readable)
                return
            case EINTR, ECONNABORTED, EPROTO:
                // That connection is gone; the next one may be there (RES-02).
                continue
            default:
                take(listener.number, .input)
                post(Completion(token: token, result: result), &batch)
                return
            }
        }
        lookAgain(at: listener.number)
    }

    func lookAgain(at number: Int32) {
        let watch = unsafe watches[number]
        guard unsafe !watch.pointee.flags.contains(.again) else { return }
        unsafe watch.pointee.flags.insert(.again)
        again.append(number)
    }

    /// Those that were cut short, or were ready when they were submitted.
    func lookAgain(_ batch: inout OutputSpan<Completion>) {
        guard !again.isEmpty else { return }
        let numbers = again
        again.removeAll(keepingCapacity: true)
        for number in numbers {
            unsafe watches[number].pointee.flags.remove(.again)
            attempt(number, &batch)
        }
    }

    // MARK: Connects that no readiness announces

    func retryConnects(_ batch: inout OutputSpan<Completion>) {
        for token in retries.due(now) {
            let number = descriptors[Int(token.index)]
            guard let waiting = unsafe watches[number].pointee.output, waiting.token == token else { continue }
            let result = unsafe tryNow(waiting.operation)
            if result == -EAGAIN {
                retries.later(token, now)
            } else if result == -EINPROGRESS {
                retries.remove(token)
            } else {
                retries.remove(token)
                take(number, .output)
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
