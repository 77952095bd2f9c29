/// What every backend promises, as scenarios. No list of exceptions: a backend conforms when all of them pass.
public enum Conformance {
    /// Every scenario, those of drivers first, those of asyncio last.
    public static var all: [Scenario] { driver + loop + asyncio }

    /// Scenarios that talk to a driver directly.
    public static var driver: [Scenario] {
        receiving + sending + connecting + cancelling + waiting + declining + groupReceiving + edges + limits
    }

    /// Scenarios that run a loop.
    public static var loop: [Scenario] {
        cancellingTasks + descriptors + sharing + readiness + order + firstSteps + timers + waking + yielding + refusing
            + loopLife + loopEndings
            + closing + endingElsewhere + resources
    }
}
