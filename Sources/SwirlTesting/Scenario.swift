public import SwirlCore

/// One promise that every backend keeps, or one symptom that none shows: a value that needs no test framework.
///
/// ```swift
/// for scenario in Conformance.all {
///     try await scenario.run(on: .mine)
/// }
/// ```
public struct Scenario: Sendable, CustomStringConvertible {
    /// What it talks to.
    enum Body: Sendable {
        /// A driver, directly, on a thread of its own.
        case driver(@Sendable (DriverHarness) throws -> Void)
        /// A loop that runs on a thread of its own: the body is a task there.
        case loop(LoopOptions, @Sendable (isolated Loop, ScenarioContext) async throws -> Void)
        /// Whatever it makes: loops of its own, on threads of its own. The body blocks a thread of its own.
        case blocking(@Sendable (ScenarioContext) throws -> Void)
    }

    /// The promise, or the symptom.
    public let name: String
    /// The rules of the driver contract and the rows of the failure catalogue that it shows.
    public let cites: String
    /// The case of CPython's test_asyncio whose behaviour it shows: file, class and function. Empty where there is none.
    public let mirrors: String
    /// The case of CPython's test_asyncio in whose situation Swirl does something else on purpose. Empty where there is none.
    public let differsFrom: String
    /// Whether injected faults are outside of what it is about: it counts waits or turns, or talks to a driver.
    public let needsFaultlessDriver: Bool
    /// How many descriptors it opens at the same time, where that is more than usual.
    public private(set) var descriptorsNeeded = 100
    let body: Body

    public var description: String { name }

    private init(
        _ name: String, _ cites: String, mirrors: String = "", differsFrom: String = "", _ needsFaultlessDriver: Bool,
        _ body: Body
    ) {
        self.name = name
        self.cites = cites
        self.mirrors = mirrors
        self.differsFrom = differsFrom
        self.needsFaultlessDriver = needsFaultlessDriver
        self.body = body
    }

    static func driver(_ name: String, _ cites: String, _ body: @escaping @Sendable (DriverHarness) throws -> Void) -> Scenario {
        Scenario(name, cites, true, .driver(body))
    }

    static func loop(
        _ name: String, _ cites: String, options: LoopOptions = .testing, faultless: Bool = false,
        _ body: @escaping @Sendable (isolated Loop, ScenarioContext) async throws -> Void
    ) -> Scenario {
        Scenario(name, cites, faultless, .loop(options, body))
    }

    /// A behaviour of asyncio, by the case of CPython's test suite that shows it there: "test_locks.LockTests.test_acquire".
    static func asyncio(
        _ name: String, _ cites: String = "", mirrors: String, options: LoopOptions = .testing, faultless: Bool = false,
        _ body: @escaping @Sendable (isolated Loop, ScenarioContext) async throws -> Void
    ) -> Scenario {
        Scenario(name, cites, mirrors: mirrors, faultless, .loop(options, body))
    }

    /// The same for what makes loops and threads of its own.
    static func asyncioBlocking(
        _ name: String, _ cites: String = "", mirrors: String, faultless: Bool = false,
        _ body: @escaping @Sendable (ScenarioContext) throws -> Void
    ) -> Scenario {
        Scenario(name, cites, mirrors: mirrors, faultless, .blocking(body))
    }

    /// What Swirl does on purpose where that case shows something else of asyncio.
    static func asyncio(
        _ name: String, _ cites: String = "", differsFrom: String, options: LoopOptions = .testing,
        _ body: @escaping @Sendable (isolated Loop, ScenarioContext) async throws -> Void
    ) -> Scenario {
        Scenario(name, cites, differsFrom: differsFrom, false, .loop(options, body))
    }

    /// The same for what makes loops and threads of its own.
    static func asyncioBlocking(
        _ name: String, _ cites: String = "", differsFrom: String, _ body: @escaping @Sendable (ScenarioContext) throws -> Void
    ) -> Scenario {
        Scenario(name, cites, differsFrom: differsFrom, false, .blocking(body))
    }

    static func blocking(
        _ name: String, _ cites: String, faultless: Bool = false, _ body: @escaping @Sendable (ScenarioContext) throws -> Void
    ) -> Scenario {
        Scenario(name, cites, faultless, .blocking(body))
    }

    /// The same scenario, which says how many descriptors it opens at the same time.
    func needing(descriptors count: Int) -> Scenario {
        var scenario = self
        scenario.descriptorsNeeded = count
        return scenario
    }

    /// What only a hang can reach: ten seconds, and more where `SWIRL_ROUNDS` makes races longer.
    public static var timeLimit: Duration { .seconds(10) + .milliseconds(2 * Rounds.count(0)) }

    /// Runs the scenario on a backend, and compares what the process holds afterwards with what it held before.
    ///
    /// Run one at a time: descriptors are counted for the whole process.
    ///
    /// - Throws: `ScenarioFailure`, also when the process may not open as many descriptors as the scenario needs; `BackendError`
    ///   when the backend cannot start.
    public func run(on backend: Backend, timeLimit: Duration = Scenario.timeLimit) async throws {
        let context = ScenarioContext(backend: backend, name: name)
        do {
            let before = OpenFiles.now()
            try OpenFiles.expect(roomFor: descriptorsNeeded, besides: before.count)
            let witness = Witness()
            switch body {
            case .driver(let body): try await runDriver(context, timeLimit, body)
            case .loop(let options, let body): try await runLoop(context, options, timeLimit, witness, body)
            case .blocking(let body): try await onThread(timeLimit) { try body(context) }
            }
            try witness.expectGone()
            try OpenFiles.expect(same: before)
        } catch var failure as ScenarioFailure {
            failure.scenario = name
            failure.backend = backend.name
            throw failure
        } catch let error as BackendError {
            throw error
        } catch {
            var failure = ScenarioFailure("threw \(error)")
            failure.scenario = name
            failure.backend = backend.name
            throw failure
        }
    }
}

extension LoopOptions {
    /// A close that takes long is a failure, so it is not waited for long.
    static var testing: LoopOptions {
        var options = LoopOptions()
        options.closeDeadline = .seconds(3)
        return options
    }

    /// For a close that is meant to leave somebody behind.
    static var impatient: LoopOptions {
        var options = LoopOptions.testing
        options.closeDeadline = .milliseconds(5)
        return options
    }
}
