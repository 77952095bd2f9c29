import CSwirlSystem

extension Loop {
    /// The loop of this thread: the one that runs on it, else the one that `makeCurrent` chose; nothing where there is
    /// neither. It says nothing of the task. Corresponds to `asyncio.get_event_loop`, but makes no loop.
    public static var current: Loop? {
        // SAFETY: set while a core runs on this thread, which its Loop, the caller of the run, outlives.
        if let pointer = unsafe swirl_current_loop() {
            return unsafe Unmanaged<LoopCore>.fromOpaque(pointer).takeUnretainedValue().loop
        }
        // SAFETY: `choose` put one there, retained, and nobody else does.
        guard let pointer = unsafe swirl_chosen_loop() else { return nil }
        return unsafe Unmanaged<ChosenLoop>.fromOpaque(pointer).takeUnretainedValue().living
    }

    /// The loop that runs on this thread. Corresponds to `asyncio.get_running_loop`.
    ///
    /// - Throws: `LoopError.noRunningLoop` outside of a loop's tasks and callbacks.
    public static var running: Loop {
        get throws(LoopError) {
            guard unsafe swirl_current_loop() != nil, let loop = current else { throw .noRunningLoop }
            return loop
        }
    }

    /// Makes this the loop that calls on this thread mean when they name none and none runs here: they post to it. Corresponds
    /// to `asyncio.set_event_loop`.
    ///
    /// It neither runs the loop nor keeps it. While a loop runs on the thread, that one is the current one.
    public nonisolated func makeCurrent() {
        Self.choose(self)
    }

    /// Undoes `makeCurrent` on this thread, whichever loop it was. Corresponds to `asyncio.set_event_loop(None)`.
    public static func makeNoneCurrent() {
        choose(nil)
    }

    private static func choose(_ loop: Loop?) {
        let object = unsafe loop.map { unsafe Unmanaged.passRetained(ChosenLoop($0)).toOpaque() }
        // SAFETY: what lies there was put there by this function, retained; the thread's end lets it go, too.
        let isKept = unsafe swirl_set_chosen_loop(object) { unsafe Unmanaged<ChosenLoop>.fromOpaque($0!).release() }
        if !isKept, let object = unsafe object { unsafe Unmanaged<ChosenLoop>.fromOpaque(object).release() }
    }
}

/// What a thread holds of the loop that was made current on it.
///
/// Not a weak reference: that would make each later retain of the loop, by anybody, a slow one. An unowned one keeps the
/// object's memory, and its count of references in place says whether it lives.
@safe
private final class ChosenLoop {
    private unowned let loop: Loop
    private let address: Unmanaged<Loop>

    init(_ loop: Loop) {
        self.loop = loop
        unsafe address = .passUnretained(loop)
    }

    var living: Loop? {
        // SAFETY: the memory is kept by the unowned reference, and is an object's until this goes. A retain that succeeds is ours.
        unsafe swirl_try_hold(address.toOpaque()) ? address.takeRetainedValue() : nil
    }
}
