# The door to Otus. `make` alone lists the rooms.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo
export PATH := $(PATH):$(HOME)/.cargo/bin
TARGET := $(or $(CARGO_TARGET_DIR),target)
OTUS := $(TARGET)/release/otus
SHARED ?= ../shared

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## install what is needed (Debian packages)
	@.ci/setup

build: setup ## build the program
	$(CARGO) build --release --locked -p otus

demo: build ## analyse the demo capture and show what was found
	@demo/run $(OTUS)

test: setup ## run the whole test suite
	$(CARGO) test --release --locked --workspace --no-fail-fast

lint: setup ## formatting, clippy with warnings denied, licences
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then $(CARGO) deny --all-features check; \
	else echo "cargo-deny is not installed: licences and advisories were not checked"; fi

bench: build ## memory of a million idle connections; speed on a capture made from $(SHARED), beside Suricata's
	$(CARGO) run --release --locked -q -p otus-sensor --example idle_connections
	$(SHARED)/tools/bench --otus $(abspath $(OTUS))

shared: build ## measure against the captures in $(SHARED)
	.ci/shared $(abspath $(OTUS)) $(abspath $(SHARED))

fuzz: ## 10 CPU-minutes of fuzzing for each target (needs cargo-fuzz and a nightly toolchain)
	@for target in $$(cd fuzz && $(CARGO) +nightly fuzz list); do \
		(cd fuzz && mkdir -p corpus-generated/$$target && $(CARGO) +nightly fuzz run $$target corpus-generated/$$target seeds/$$target -- -max_total_time=600 -timeout=20 -rss_limit_mb=2048) || exit 1; done

docs: ## write the generated pages under docs/reference
	$(CARGO) run --release --locked -q -p xtask -- docs

.PHONY: help setup build demo test lint bench shared fuzz docs
