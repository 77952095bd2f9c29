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
        let numbers = again
        again.removeAll(keepingCapacity: true)
        for number in numbers {
            unsafe watches[number].pointee.flags.remove(.again)
            attempt(number, &batch)
        }
    }
}
