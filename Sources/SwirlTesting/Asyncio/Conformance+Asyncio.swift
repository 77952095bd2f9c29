extension Conformance {
    /// What asyncio promises its users, as scenarios: each names the case of CPython's own test suite that it mirrors.
    public static var asyncio: [Scenario] {
        futures + tasks + calls + waitings + gathering + completing + timeouts + shielding + racing
            + locks + conditions + semaphores + barriers + queues + primitives + primitiveRaces + running + threads + signals
            + debugging
    }
}
