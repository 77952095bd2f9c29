// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Swirl resolves or builds it.
let package = Package(
    name: "swirl-benchmarks",
    dependencies: [
        // The name, or SwiftPM takes the folder's, which is whatever the clone is called.
        .package(name: "swirl", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "swirl-micro",
            dependencies: [.product(name: "Swirl", package: "swirl")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("NonisolatedNonsendingByDefault")])
    ]
)
