import CSwirlSystem
import Glibc

/// Counts a signal that reaches the process or the calling thread, from its creation to `putBack`.
///
/// The calling thread lets the signal in: a test framework's threads block signals, and other threads inherit that.
@safe
struct CaughtSignals {
    /// A handler can capture nothing.
    private static let all = Counter()

    private let number: Int32
    private let countBefore: Int
    private var actionBefore = sigaction()
    private var maskBefore = sigset_t()

    init(_ number: Int32) {
        self.number = number
        countBefore = Self.all.value
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in CaughtSignals.all.add() }
        unsafe sigaction(number, &action, &actionBefore)
        var only = sigset_t()
        unsafe sigemptyset(&only)
        unsafe sigaddset(&only, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &only, &maskBefore)
    }

    var count: Int { Self.all.value - countBefore }

    /// On the same thread.
    func putBack() {
        var (action, mask) = (actionBefore, maskBefore)
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
        unsafe sigaction(number, &action, nil)
    }
}
