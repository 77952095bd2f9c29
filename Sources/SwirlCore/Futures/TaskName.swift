/// The name that a task was given later. Any thread may read it while another changes it.
@safe
final class TaskName: @unchecked Sendable {
    // Sendable: `text` is under `monitor`.
    private let monitor = Monitor()
    private var text = ""

    var now: String {
        get { monitor.locked { text } }
        set { monitor.locked { text = newValue } }
    }
}
