// What other threads hand to the loop, and how they wake it.
//
// Facts. A wake is a system call (a write to an eventfd, 0.5 us for the writer and a switch for the loop), a post is
// a few stores. A loop that runs looks at its inbox every turn anyway. So a wake is owed only by the post that finds the
// loop asleep, and only by the first such post:
//
//            post                              post: wake()
//   awake ---------> notified       asleep ------------------> notified
//     ^                 |             ^                            |
//     +---- drained ----+             +--- nothing inside ---------+  (the loop, before it sleeps)
//
// The race that matters is a post beside the loop's decision to sleep. The loop first says `asleep`, then looks inside;
// a post first puts its item inside, then looks at the state. Whatever the interleaving, one of the two sees the other:
// either the loop finds the item and does not sleep, or the post finds `asleep` and wakes. Both sides exchange with
// sequential consistency, which is what makes «whatever» true.
//
// A post that still reads `notified` after it has let go of the lock needs no exchange: the loop leaves that state before it
// takes the lock to empty the inbox, so it has yet to do that, and will find the letter.
//
// Where a thread posts one thing after the other and shares the loop's processor, the loop would empty its inbox each time
// that it gets there, sleep, and be woken by the next post: a million posts took 13,000 wakes, a third of their time. So
// a loop that finds more than a few letters lets other threads run once more before it sleeps. Where they run on other
// processors that costs nothing to speak of.
//
// The items lie in an array under a pthread mutex: uncontended it costs 20 ns, and ThreadSanitizer understands it, which
// it does not of `Synchronization.Mutex`.

import CSwirlSystem
import Synchronization

/// One thing that another thread wants done on the loop's thread. 16 bytes: a million of them may wait.
enum Letter {
    case job(ReadyQueue.Entry)
    /// A callback, as it goes to the ready queue: retained.
    case callback(ReadyQueue.Entry)
    /// Cancel what this token names, if it is still there.
    case cancel(Token)
    /// An operation of the blocking pool has ended.
    case ended(Token, Int32)
    case run(RemoteCall)
}

@safe
final class Inbox: @unchecked Sendable {
    private enum State {
        static let awake: UInt8 = 0
        static let asleep: UInt8 = 1
        static let notified: UInt8 = 2
    }

    // Sendable: `letters` and `isClosed` are only touched under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    // Without the checks of exclusive access: the lock sees to it.
    @safe @exclusivity(unchecked) private var letters: [Letter] = []
    @safe @exclusivity(unchecked) private var isClosed = false
    private let state = Atomic<UInt8>(State.awake)
    private let waker: any Waker
    /// How many the last `takeAll` took, until the loop has given way for them. The loop's thread only.
    @safe @exclusivity(unchecked) private var lastTaken = 0
    private static let many = 16

    init(waker: any Waker) {
        self.waker = waker
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Puts a letter in, from any thread, and wakes the loop if it sleeps. False once the loop is closed.
    func post(_ letter: consuming Letter) -> Bool {
        unsafe pthread_mutex_lock(lock)
        let accepted = !isClosed
        if accepted { letters.append(letter) }
        unsafe pthread_mutex_unlock(lock)
        if accepted && state.load(ordering: .relaxed) != State.notified { notify() }
        return accepted
    }

    /// The same for a callback.
    func post(_ handle: Handle) -> Bool {
        let entry = ReadyQueue.Entry.callback(handle)
        if post(.callback(entry)) { return true }
        // The entry has retained it, and is not taken out by anybody else.
        _ = entry.takeHandle()
        return false
    }

    /// Makes the loop's next or present wait end.
    func notify() {
        if state.exchange(State.notified, ordering: .sequentiallyConsistent) == State.asleep { waker.wake() }
    }

    /// Whether the loop may sleep now. The loop must call `wokeUp` after its wait.
    ///
    /// - Parameter hasTime: whether other threads may run first, for a few milliseconds.
    func prepareToSleep(hasTime: @autoclosure () -> Bool = false) -> Bool {
        if lastTaken > Self.many {
            lastTaken = 0
            if hasTime() { waker.giveWay() }
        }
        let exchanged = state.compareExchange(
            expected: State.awake, desired: State.asleep, ordering: .sequentiallyConsistent)
        return exchanged.exchanged
    }

    /// The wait is over: posts need not wake any more.
    func wokeUp() {
        _ = state.compareExchange(expected: State.asleep, desired: State.awake, ordering: .sequentiallyConsistent)
    }

    /// Whether anything was posted since the last `takeAll`. One load.
    var hasLetters: Bool { state.load(ordering: .relaxed) == State.notified }

    /// Takes everything out, in the order of the posts. `spare` is an empty array whose memory is used again.
    func takeAll(into spare: inout [Letter]) {
        state.store(State.awake, ordering: .sequentiallyConsistent)
        unsafe pthread_mutex_lock(lock)
        swap(&letters, &spare)
        unsafe pthread_mutex_unlock(lock)
        lastTaken = spare.count
    }

    /// Refuses all later posts, and gives what is inside.
    func close() -> [Letter] {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        isClosed = true
        let rest = letters
        letters = []
        return rest
    }
}
