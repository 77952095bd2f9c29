/// Numbers that look random and are the same for the same seed: SplitMix64.
public struct Generator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// True once in `times` on average; never for 0.
    mutating func once(in times: Int) -> Bool {
        times > 0 && next() % UInt64(times) == 0
    }
}
