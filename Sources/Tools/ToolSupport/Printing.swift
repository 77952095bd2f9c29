@unsafe @preconcurrency import Glibc

/// Prints a line that whoever reads our output sees at once, also through a pipe or in a file.
package func printLine(_ line: String) {
    print(line)
    unsafe fflush(stdout)
}

/// Says on standard error what went wrong, in one line.
package func printError(_ tool: String, _ error: any Error) {
    printNote("\(tool): \(error)")
}

/// A line on standard error, for people.
package func printNote(_ line: String) {
    // SAFETY: nobody assigns to `stderr`; the import is `@preconcurrency` because C calls it a variable.
    unsafe fputs(line + "\n", stderr)
}
