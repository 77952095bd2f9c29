import SwirlTesting
import Testing

@testable import SwirlCore

@Suite struct TaskRegistryTests {
    /// Against a dictionary. Keys are addresses that collide often.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func behavesLikeADictionary(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let core = LoopCore.idle()
        var registry = TaskRegistry()
        var model: [UInt: (task: AnyFuture, token: Token)] = [:]
        for step in 0..<5000 as Range<UInt64> {
            let key = UInt(1 + generator.next() % 400) * 4096
            let pointer = unsafe UnsafeRawPointer(bitPattern: key)!
            holds(unsafe registry.waiting(pointer) == model[key]?.token)
            let token = Token(rawValue: step)
            holds(unsafe registry.setWaiting(pointer, for: token) == (model[key] != nil))
            if model[key] == nil {
                let task = Future<Int>(core: core)
                unsafe registry.insert(pointer, task)
                model[key] = (task, .inline)
            } else if generator.next() % 2 == 0 {
                unsafe registry.remove(pointer)
                model[key] = nil
            } else {
                model[key]?.token = token
            }
            let count = registry.count
            try #require(count == model.count)
        }
        for (key, entry) in model {
            holds(unsafe registry.waiting(UnsafeRawPointer(bitPattern: key)) == entry.token)
        }
        let all = Set(registry.all.map(ObjectIdentifier.init))
        #expect(all == Set(model.values.map { ObjectIdentifier($0.task) }))
    }
}
