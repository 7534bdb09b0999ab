# `make help` lists the targets. `make demo` and `make test` set up what they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash

CARGO ?= cargo
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
# What people install uses the backend that measures best (docs/PERFORMANCE.md).
LIB_FEATURES := --no-default-features --features capi,aws-lc-rs
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: setup
setup: ## Install what is missing of compilers and tools
	@tools/setup.sh

.PHONY: lib
lib: ## Build the C library into $(TARGET_DIR)/c, as it is installed
	$(CARGO) build --release --lib $(LIB_FEATURES)
	@tools/stage.sh '$(TARGET_DIR)/release' '$(TARGET_DIR)/c'

.PHONY: header
header: ## Write include/countersign.h anew
	@tools/header.sh

.PHONY: install
install: lib ## Install header, libraries, pkg-config and CMake files below PREFIX
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' TARGET_DIR='$(TARGET_DIR)' tools/install.sh

.PHONY: nginx
nginx: ## Build the nginx module into $(TARGET_DIR)/nginx
	@LIB_FEATURES='$(LIB_FEATURES)' tools/nginx.sh

.PHONY: demo
demo: setup ## Play a dozen requests with real keys and tokens through the C library
	@examples/demo.sh

.PHONY: test
test: setup ## Run every test of every front
	@tools/test.sh

.PHONY: fuzz
fuzz: setup ## Fuzz every parser for FUZZ_SECONDS in all
	@tools/fuzz.sh '$(FUZZ_SECONDS)'

.PHONY: bench
bench: setup ## Measure against the bare signature check and against rivals, in one run
	@tools/bench.sh

.PHONY: node
node: setup ## Build the Node front and run its tests
	@tools/node-front.sh

.PHONY: bench-node
bench-node: ## Measure the Node front against the libraries that Node programs use, in one run
	@tools/bench-node.sh

.PHONY: python
python: setup ## Build the Python wheel into target/wheels and run its tests in a fresh environment
	@tools/python-front.sh

.PHONY: bench-python
bench-python: setup ## Measure the Python front against other libraries, in one run
	@tools/bench-python.sh

.PHONY: docs
docs: ## Write the generated pages of docs/ anew
	@tools/docs.sh
