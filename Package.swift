// swift-tools-version: 6.3

import PackageDescription

// One list of settings for every Swift target: Swift 6 mode, strict memory safety, and the upcoming features that
// change what code means (an `async` function stays on its caller's executor; imports are private unless said otherwise).
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // `Chunk.bytes` lends a span that cannot outlive the chunk (`@_lifetime`).
    .enableExperimentalFeature("Lifetimes"),
]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

/// A library target and, by the same name, where it lives.
func library(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency], linker: [LinkerSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings, linkerSettings: linker)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["Swirl", "ToolSupport", arguments] + dependencies, path: "Sources/Tools/\(name)",
        swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "swirl",
    products: [
        .library(name: "Swirl", targets: ["Swirl"]),
        .library(name: "SwirlCore", targets: ["SwirlCore"]),
        .library(name: "SwirlFiles", targets: ["SwirlFiles"]),
        .library(name: "SwirlSockets", targets: ["SwirlSockets"]),
        .library(name: "SwirlReadiness", targets: ["SwirlReadiness"]),
        .library(name: "SwirlPoll", targets: ["SwirlPoll"]),
        .library(name: "SwirlEpoll", targets: ["SwirlEpoll"]),
        .library(name: "SwirlURing", targets: ["SwirlURing"]),
        .library(name: "SwirlTesting", targets: ["SwirlTesting"]),
        .executable(name: "swirl-echo", targets: ["swirl-echo"]),
        .executable(name: "swirl-serve", targets: ["swirl-serve"]),
        .executable(name: "swirl-backends", targets: ["swirl-backends"]),
        .executable(name: "swirl-tour", targets: ["swirl-tour"]),
    ],
    traits: [
        .trait(name: "URing", description: "The io_uring backend. Needs liburing-dev; without the trait nothing does."),
        .default(enabledTraits: ["URing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
    ],
    targets: [
        .target(name: "CSwirlSystem"),
        library("SwirlCore", ["CSwirlSystem", system, logging, deque]),
        library("SwirlReadiness", ["SwirlCore", "CSwirlSystem", system]),
        library("SwirlPoll", path: "Plugins/SwirlPoll", ["SwirlReadiness", "SwirlCore", "CSwirlSystem", system]),
        library("SwirlEpoll", path: "Plugins/SwirlEpoll", ["SwirlReadiness", "SwirlCore", "CSwirlSystem", system]),
        .target(
            name: "CLiburing", path: "Plugins/CLiburing",
            cSettings: [.define("SWIRL_URING", .when(traits: ["URing"]))],
            linkerSettings: [.linkedLibrary("uring", .when(traits: ["URing"]))]),
        library(
            "SwirlURing", path: "Plugins/SwirlURing",
            [.target(name: "CLiburing", condition: .when(traits: ["URing"])), "SwirlCore", "CSwirlSystem", system]),
        library("SwirlSockets", ["SwirlCore", "CSwirlSystem", system]),
        library("SwirlFiles", ["SwirlCore", "CSwirlSystem", system]),
        library("Swirl", ["SwirlCore", "SwirlSockets", "SwirlFiles", "SwirlPoll", "SwirlEpoll", "SwirlURing"]),
        .target(name: "CSwirlTesting"),
        library("SwirlTesting", ["SwirlCore", "SwirlSockets", "CSwirlSystem", "CSwirlTesting", system]),

        library("ToolSupport", path: "Sources/Tools/ToolSupport", ["Swirl", "CSwirlSystem", arguments]),
        library("HTTPFiles", path: "Sources/Tools/HTTPFiles", [httpTypes]),
        tool("swirl-echo", []),
        tool("swirl-serve", ["HTTPFiles", httpTypes, system]),
        tool("swirl-backends", []),
        tool("swirl-tour", []),

        // A process for ToolTests to look at, not a product.
        .executableTarget(
            name: "main-thread-probe", dependencies: ["Swirl"], path: "Tests/MainThreadProbe", swiftSettings: settings),
        tests("SwirlTests", ["Swirl", system]),
        tests("SwirlFilesTests", ["Swirl", system]),
        tests("HTTPFilesTests", ["HTTPFiles", httpTypes]),
        tests("ToolTests", []),
        tests("BackendTests", ["Swirl", "SwirlTesting"]),
        tests("SwirlCoreTests", ["SwirlCore", "SwirlEpoll", "SwirlTesting", "CSwirlSystem", system, logging]),
        tests("SwirlReadinessTests", ["SwirlReadiness", "SwirlCore", "CSwirlSystem", system]),
        // fork(2) for SwirlURingTests, not a product.
        .target(name: "CForking", path: "Tests/CForking"),
        tests(
            "SwirlURingTests",
            [
                .target(name: "CLiburing", condition: .when(traits: ["URing"])), "SwirlURing", "SwirlCore", "CSwirlSystem",
                "CForking", system,
            ]),
        tests("SwirlSocketsTests", ["SwirlSockets", "SwirlCore", "SwirlEpoll", system]),
        tests("TidyTests", []),
    ]
)
