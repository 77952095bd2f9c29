# Every command that this repository is worked on with. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Seconds. The optimizer can hang on a file, and a test can wait for ever: nothing here may.
BUILD_LIMIT ?= 2400
TEST_LIMIT ?= 2400

# At a terminal the command keeps its Ctrl-C; elsewhere the whole process group is timed out. SIGINT first: SwiftPM
# then stops its compilers itself.
limit := timeout $(shell test -t 0 && echo --foreground) -s INT -k 30

# XCTest is off: all tests are Swift Testing's, and XCTest alone leaks enough to fail under AddressSanitizer. One test
# at a time: many compare memory, descriptors and threads with what they were before.
swift_test := swift test --disable-xctest --no-parallel
swift_sources := $(wildcard Sources Plugins Tests Benchmarks Package.swift)

.PHONY: help setup build demo docs test test-asan test-tsan test-without-uring format lint clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
		while IFS=$$'\t' read -r target text; do printf 'make %-20s %s\n' "$$target" "$$text"; done

setup: ## install what is missing: liburing-dev, curl, nc
	@bash .make/setup build clients

build: ## a debug build of everything, tests too
	@bash .make/setup build
	$(limit) $(BUILD_LIMIT) swift build --build-tests --disable-xctest

demo: setup ## serve files with swirl-serve on each backend, fetch them with curl and nc, compare every byte
	@bash .make/demo

docs: ## the documentation as web pages, and whether all its links lead somewhere
	@bash .make/setup build
	@bash .make/docs

test: setup lint ## everything that must hold: formatting, and every test on every backend
	$(limit) $(BUILD_LIMIT) swift build --build-tests --disable-xctest
	$(limit) $(TEST_LIMIT) $(swift_test) --skip-build
	@echo 'make test: passed'

# A child of a test that crashes on purpose would keep its pipes open while the backtracer looks at it.
test-asan: setup ## the tests under AddressSanitizer and LeakSanitizer
	SWIFT_BACKTRACE=enable=no $(limit) $(TEST_LIMIT) $(swift_test) --sanitize=address --scratch-path .build-asan
	@echo 'make test-asan: passed'

test-tsan: setup ## the tests under ThreadSanitizer
	SWIFT_BACKTRACE=enable=no $(limit) $(TEST_LIMIT) $(swift_test) --sanitize=thread --scratch-path .build-tsan
	@echo 'make test-tsan: passed'

test-without-uring: ## the tests with the trait URing off, as on a machine without liburing
	@bash .make/setup clients
	$(limit) $(TEST_LIMIT) $(swift_test) --disable-default-traits --scratch-path .build-without-uring
	@echo 'make test-without-uring: passed'

format: ## bring all Swift sources into the one format
	swift format --in-place --recursive --parallel $(swift_sources)

lint: ## fail on Swift sources that are not in it
	@swift format lint --strict --recursive --parallel $(swift_sources)

clean: ## remove everything that was built
	rm -rf .build .build-asan .build-tsan .build-without-uring
