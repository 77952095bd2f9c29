// An eventfd, as something that a loop waits for: a read on it is always in flight, like any other operation. It costs nothing
// while nothing comes (D11), and keeps nobody from closing the loop.

/// Reads an eventfd again and again, and calls its owner whenever it has counted something.
///
/// `package` only because Swift 6.3 warns of a recursion in the `init()` that it makes up for an internal subclass.
@safe
package final class EventRead: CompletionSink, @unchecked Sendable {
    // Sendable: all of it belongs to the loop's owner thread.
    enum Event {
        /// Something was counted since the last time.
        case counted
        /// Nothing more comes: what was read instead of a count. The number may be a stranger's by now.
        case failed(Int32)
        /// Nothing more comes, and no read is in flight (D9), after `end`.
        case ended
    }

    private unowned let core: LoopCore
    private let event: Descriptor
    /// Dropped with the last thing that it is told: whoever listens may hold this.
    private var listener: ((Event) -> Void)?
    /// Where the kernel writes how much was counted.
    private let count: UnsafeMutableRawBufferPointer
    /// The read in flight.
    private var token: Token?
    private var isEnding = false

    init(_ number: Int32, _ core: LoopCore, _ listener: @escaping (Event) -> Void) {
        event = Descriptor(number, .event)
        self.core = core
        self.listener = listener
        unsafe count = .allocate(byteCount: 8, alignment: 8)
    }

    deinit {
        unsafe count.deallocate()
    }

    /// Whether it has an operation in flight.
    var isArmed: Bool { token != nil }

    func start() {
        while token == nil && listener != nil {
            switch unsafe core.start(.read(event, into: count, at: -1), on: nil, nil, sink: self) {
            case .waiting(let token): self.token = token
            case .ended(let result): arrived(result)
            }
        }
    }

    /// No more of it. The listener hears `ended`, now or when the read in flight has ended; nothing if it has failed.
    func end() {
        isEnding = true
        if let token { core.interrupt(token, .closing) } else { tellLast(.ended) }
    }

    override func receive(_ completion: Completion) {
        token = nil
        if isEnding { return tellLast(.ended) }
        arrived(completion.result)
        start()
    }

    private func arrived(_ result: Int32) {
        if result == 8 { listener?(.counted) } else { tellLast(.failed(result)) }
    }

    private func tellLast(_ event: Event) {
        let listener = listener
        self.listener = nil
        listener?(event)
    }
}
