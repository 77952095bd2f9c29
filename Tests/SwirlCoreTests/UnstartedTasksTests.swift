import SwirlTesting
import Testing

@testable import SwirlCore

@Suite struct UnstartedTasksTests {
    /// Against a set, with more tasks than the list keeps memory for. What is left goes in the order in which it came.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func behavesLikeASet(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let core = LoopCore.idle()
        var list = UnstartedTasks()
        var model: [AnyFuture] = []
        for size in [40, 6000, 100, 6000, 0] {
            while model.count < size {
                let task = Future<Int>(core: core)
                list.add(task)
                model.append(task)
            }
            let inOrder = size == 0
            while model.count > size / 2 {
                let task = model.remove(at: inOrder ? 0 : Int(generator.next() % UInt64(model.count)))
                list.remove(task)
                try #require(task.unstartedPlace == 0)
            }
            let all = Set(list.all.map(ObjectIdentifier.init))
            try #require(all == Set(model.map(ObjectIdentifier.init)))
        }
    }
}
