extension Conformance {
    /// What asyncio promises its users, as scenarios. Most name, in `mirrors`, the case of CPython's own test suite whose
    /// behaviour they show; each case is named once. Those that name none are about what that suite has no case for: where
    /// Swift or Swirl differs, races, and what a close leaves.
    public static var asyncio: [Scenario] {
        futures + tasks + calls + waitings + gathering + completing + timeouts + shielding + racing
            + locks + conditions + semaphores + barriers + queues + primitives + primitiveRaces + running + threads + signals
            + debugging + circles + foreignAndDone
    }
}
