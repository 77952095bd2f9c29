import CSwirlSystem

/// The time of day, in seconds since 1970. A loop's clock has another zero, and nobody sets it.
package func wallClockSeconds() -> Int64 { swirl_realtime_seconds() }
