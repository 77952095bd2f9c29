import CSwirlSystem
import Synchronization

/// A callback that the loop is to run once, and how to take that back.
///
/// Made by `callSoon` and `callSoonThreadsafe`. Corresponds to asyncio's `Handle`. `description` is `<Handle file:line>`, the
/// place of the call, or `<Handle cancelled>`.
@safe
public class Handle: CustomStringConvertible, @unchecked Sendable {
    // Sendable: `body` is run and dropped on the loop's thread only; `isCancelled` is atomic; the rest never changes.
    // In this order they are 56 bytes with the object's header: in another 64, which the C library rounds up to 80.
    @safe @exclusivity(unchecked) private var body: Body?
    private let cancelled = Atomic<Bool>(false)
    private let line: UInt32
    private let file: UnsafePointer<UInt8>?
    /// Whose callback it is: an address, only to be compared. A core that is gone has dropped its callbacks.
    private let owner: UnsafeRawPointer?

    /// What is called. A closure that takes the loop is kept as it is: another around it would be an allocation.
    enum Body {
        case plain(() -> Void)
        case onLoop((isolated Loop) -> Void)
    }

    convenience init(on core: LoopCore? = nil, at place: SourcePlace? = nil, _ body: consuming @escaping () -> Void) {
        self.init(on: core, at: place, calling: .plain(consume body))
    }

    init(on core: LoopCore?, at place: SourcePlace?, calling body: consuming Body) {
        self.body = body
        unsafe owner = core.map { unsafe UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }
        unsafe file = place?.file
        line = place?.line ?? 0
    }

    /// The callback will not run, unless it has begun to. From any thread; a second time does nothing.
    ///
    /// On the loop's thread what the callback has captured is let go at once; from elsewhere when the loop comes to it.
    public func cancel() {
        cancelled.store(true, ordering: .releasing)
        if unsafe owner != nil && owner == UnsafeRawPointer(swirl_current_loop()) { dropBody() }
    }

    /// Whether `cancel` was called. Corresponds to `Handle.cancelled()`.
    public final var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    public var description: String { isCancelled ? "<Handle cancelled>" : "<Handle\(placeText)>" }

    /// Where it was made, with a space before it; empty for what the loop made for itself.
    final var placeText: String { place.map { " \($0)" } ?? "" }

    final var place: SourcePlace? { unsafe file.map { unsafe SourcePlace(fileAt: $0, line: line) } }

    final func run(on core: LoopCore) {
        // Taken out rather than copied: a retain and a release less.
        guard let body = body.take() else { return }
        if isCancelled { return }
        switch consume body {
        case .plain(let body): body()
        case .onLoop(let body): core.withLoop { Isolated.call(body, on: $0) }
        }
    }

    /// Lets go what the callback has captured. Its last reference may go with it, whose deinit may come back here.
    final func dropBody() {
        withExtendedLifetime(body) { body = nil }
    }
}
