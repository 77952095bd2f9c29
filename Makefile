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
# at a time: many compare the process's descriptors with what they were before. Some need 3,000 of them, and many shells
# allow 1,024 until they are asked; a limit of millions would only slow down what closes all it may have.
raise_limit := n=$$(ulimit -Hn); ulimit -n $$(if [[ $$n == unlimited || $$n -gt 65536 ]]; then echo 65536; else echo $$n; fi)
swift_test := swift test --disable-xctest --no-parallel
swift_sources := $(wildcard Sources Plugins Tests Benchmarks Package.swift)

.PHONY: help setup build demo docs test test-asan test-tsan test-without-uring format lint clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
		while IFS=$$'\t' read -r target text; do printf 'make %-20s %s\n' "$$target" "$$text"; done

setup: ## install what is missing: liburing-dev, curl, nc, strace
	@bash .make/setup build clients tests

build: ## a debug build of everything, tests too
	@bash .make/setup build
	$(limit) $(BUILD_LIMIT) swift build --build-tests --disable-xctest

demo: ## serve files with swirl-serve on each backend, fetch them with curl and nc, compare every byte
	@bash .make/setup build clients
	@bash .make/demo

docs: ## the documentation as web pages, and whether all its links lead somewhere
	@bash .make/setup build
	@bash .make/docs

test: setup lint ## everything that must hold: formatting, every test on every backend, and Benchmarks builds
	$(limit) $(BUILD_LIMIT) swift build --build-tests --disable-xctest
	$(limit) $(BUILD_LIMIT) swift build --package-path Benchmarks
	$(raise_limit); $(limit) $(TEST_LIMIT) $(swift_test) --skip-build
	@echo 'make test: passed'

# A child of a test that crashes on purpose would keep its pipes open while the backtracer looks at it.
test-asan: setup ## the tests under AddressSanitizer and LeakSanitizer
	$(raise_limit); SWIFT_BACKTRACE=enable=no \
		$(limit) $(TEST_LIMIT) $(swift_test) --sanitize=address --scratch-path .build-asan
	@echo 'make test-asan: passed'

test-tsan: setup ## the tests under ThreadSanitizer
	$(raise_limit); SWIFT_BACKTRACE=enable=no \
		$(limit) $(TEST_LIMIT) $(swift_test) --sanitize=thread --scratch-path .build-tsan
	@echo 'make test-tsan: passed'

test-without-uring: ## the tests with the trait URing off, as on a machine without liburing
	@bash .make/setup tests
	$(raise_limit); $(limit) $(TEST_LIMIT) $(swift_test) --disable-default-traits --scratch-path .build-without-uring
	@echo 'make test-without-uring: passed'

format: ## bring all Swift sources into the one format
	swift format --in-place --recursive --parallel $(swift_sources)

lint: ## fail on Swift sources that are not in it
	@swift format lint --strict --recursive --parallel $(swift_sources)

clean: ## remove everything that was built
	rm -rf .build .build-asan .build-tsan .build-without-uring Benchmarks/.build
