// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that nobody who uses Swirl resolves or builds it.
// The settings are Swirl's own.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "swirl-benchmarks",
    products: [
        .executable(name: "swirl-load", targets: ["swirl-load"]),
        .executable(name: "swirl-micro", targets: ["swirl-micro"]),
        .executable(name: "swirl-scenarios", targets: ["swirl-scenarios"]),
    ],
    dependencies: [
        // The name, or SwiftPM takes the folder's, which is whatever the clone is called.
        .package(name: "swirl", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        .executableTarget(
            name: "swirl-load",
            dependencies: [
                .product(name: "Swirl", package: "swirl"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "swirl-micro",
            dependencies: [.product(name: "Swirl", package: "swirl")],
            swiftSettings: settings),
        .executableTarget(
            name: "swirl-scenarios",
            dependencies: [.product(name: "Swirl", package: "swirl"), .product(name: "SwirlTesting", package: "swirl")],
            swiftSettings: settings),
    ]
)
