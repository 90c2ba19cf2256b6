# dombuild: make dom0   build, prove and boot the minimal dom0 image
#           make test   run the tests
#           make help   list all targets
#
# Needs Go and, as root, what `make deps` installs on Debian. Variables:
#   SUITE=trixie   which Debian release `make dom0` builds from (default bookworm)
#   OUT=dir        where the artifacts go (default out)

export CGO_ENABLED := 0
# the program, its tests and what they build share compiled packages
export GOFLAGS := $(shell go env GOFLAGS 2>/dev/null) -trimpath
SUITE ?= bookworm
OUT   ?= out
BIN   := $(CURDIR)/bin/dombuild
RUN   := $(BIN) -C recipes/dom0 --var suite=$(SUITE)
FUZZTIME ?= 30s
BENCHED = $(sort $(dir $(shell grep -rl '^func Benchmark' --include='*_test.go' ./internal ./cmd)))

.PHONY: all build deps testdeps dom0 test bench lint fuzz e2e e2e-languages check clean help

all: build

build: ## build bin/dombuild
	go build -ldflags "-s -w" -o $(BIN) ./cmd/dombuild

deps: ## install what building and booting need on Debian: runc, QEMU and its firmware
	@sh scripts/deps.sh

testdeps: ## install what the tests need too: compilers, and tools that make file systems and archives
	@sh scripts/deps.sh tests

dom0: deps build ## lock --check, fetch, build, check and boot the dom0 image
	$(RUN) lock --check
	$(RUN) fetch
	$(RUN) build -o $(abspath $(OUT))
	$(RUN) check --accept-earlier
	$(RUN) boot -o $(abspath $(OUT))
	@cd $(OUT)/dom0 && echo "artifacts in $(OUT)/dom0:" && cat SHA256SUMS

test: testdeps ## run all tests, with the real sandbox and QEMU
	go test -timeout 40m ./...

bench: testdeps build ## run the benchmarks, then the whole-process comparisons
	go test -run '^$$' -bench . -benchmem $(BENCHED)
	@scripts/bench.sh $(BIN)
	@scripts/bench-diff.sh $(BIN)

lint: ## gofmt, vet, staticcheck and, where its database is reachable, govulncheck
	@sh scripts/lint.sh

fuzz: ## run every fuzz target for FUZZTIME
	@sh scripts/fuzz.sh $(FUZZTIME)

e2e: deps build ## lock, fetch, build and check small recipes against the machine's Debian mirror
	@scripts/e2e.sh $(BIN)

e2e-languages: deps build ## build with Go and rustc, harden, check, and have mutants refused
	@scripts/e2e.sh $(BIN) languages

check: lint test ## lint and test

clean: ## remove what was built; the store stays
	rm -rf bin out

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8
