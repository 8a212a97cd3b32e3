# Whimbrel. `make` alone prints this help.
#
# Everything that a machine needs besides Go is fetched by the targets
# themselves, in pinned versions.

MODULES   := . gormmodel bunmodel examples/shop bench
# Outside the workspace: they test gormmodel and bunmodel with the ORM's own
# drivers, which would raise every other module's version of the ORM.
APART     := gormmodel/compat bunmodel/compat
SUMTYPE   := github.com/alecthomas/go-check-sumtype/cmd/go-check-sumtype@v0.3.1
GOLANGCI  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
# What make test and make test-engines run on, in the words of
# WHIM_TEST_DATABASES, which may also name servers that run already.
comma     := ,
DATABASES ?= $(or $(WHIM_TEST_DATABASES),sqlite$(comma)postgres$(comma)mariadb)
ENGINES   ?= sqlite,postgres,postgres18,mariadb,mysql
BENCHTIME ?= 1s
FUZZTIME  ?= 20s
JSON      := -json -count=1 -timeout 60m

# No C compiler is needed for anything here, and none is used.
export CGO_ENABLED := 0

.DEFAULT_GOAL := help
.PHONY: help load browser build demo check test test-modules engines test-engines test-real lint fuzz bench generate verify ci bin/with

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the whim command, in bin/
	go build -o bin/whim ./cmd/whim

demo: ## play the tutorial in a scratch folder, command by command
	go run ./internal/demo

check: ## format, vet, closed sets, layers: what to run before each commit
	@test -z "$$(gofmt -l . | grep -v /testdata/ | tee /dev/stderr)" || { echo "not gofmt-ed"; exit 1; }
	@for m in $(MODULES); do (cd $$m && go vet ./...) || exit 1; done
	@for m in $(APART); do (cd $$m && GOWORK=off go vet ./...) || exit 1; done
	go run $(SUMTYPE) ./...
	go test . ./schema ./op ./diff ./revision ./script

test: bin/with browser ## every test of every module, on SQLite, PostgreSQL and MariaDB and in Chromium (installs the missing ones with apt)
	@WHIM_TEST_BROWSER=1 bin/with -install '$(DATABASES)' $(MAKE) --no-print-directory test-modules

test-modules: ## the same on what WHIM_TEST_DATABASES says, which is SQLite when it says nothing
	@# The tests of new apps have no network: what those need is fetched here.
	@cd examples/shop && go mod download
	@for m in $(APART); do (cd $$m && GOWORK=off go mod download) || exit 1; done
	@for m in $(MODULES); do echo "== $$m" && (cd $$m && go test -count=1 -timeout 30m ./...) || exit 1; done
	@for m in $(APART); do echo "== $$m" && (cd $$m && GOWORK=off go test -count=1 -timeout 30m ./...) || exit 1; done

browser: ## Chromium and its driver, for the tests of the dev server, with apt
	@internal/devserver/browser.sh

load: ## the dev server's figures: edits under load, and how long an edit takes
	go test ./internal/devserver -run Load -v -count=1 -bench Save -benchtime 5x

engines: bin/with ## newer servers beside the system's: PostgreSQL 18 (npm) and MySQL 9 (debootstrap, as root), cached
	@internal/dbtest/engines.sh "$$(bin/with -engines)"

test-engines: engines ## the tests that reach a database, on ENGINES; writes docs/tested.md
	@bin/with -install -tested docs/tested.md '$(ENGINES)' sh -c 'go test $(JSON) "$$@" && for m in $(APART); do (cd $$m && GOWORK=off go test $(JSON) ./...) || exit 1; done' - \
	  $$(grep -rl --include=*_test.go '"github.com/whimbreldb/whimbrel/internal/dbtest"' . | xargs -n 1 dirname | sort -u | grep -vxF $(patsubst %,-e ./%,$(APART)))

bin/with:
	@go build -o $@ ./internal/dbtest/with

test-real: bin/with ## the tests on real schemas: WHIM_REAL_SCHEMAS=folder make test-real
	@test -d "$(WHIM_REAL_SCHEMAS)" || { echo "WHIM_REAL_SCHEMAS must be a folder with sqlite/*.sql, postgres/*.sql, mysql/*.sql"; exit 1; }
	@bin/with -install '$(DATABASES)' go test -count=1 -v -timeout 60m -run 'Real' ./dialect/... .

lint: ## golangci-lint, as configured in .golangci.yml (the first run builds it: minutes)
	@# A cache of its own: its entries name files by where another checkout had them.
	@for m in . gormmodel bunmodel; do (cd $$m && GOLANGCI_LINT_CACHE=$(CURDIR)/bin/lint go run $(GOLANGCI) run ./...) || exit 1; done

fuzz: ## every fuzz target, FUZZTIME each
	@grep -rl '^func Fuzz' --include=*_test.go . | while read f; do \
	  for t in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$f); do \
	    echo "== $$t" && (cd $$(dirname $$f) && go test -run '^$$' -fuzz "^$$t$$" -fuzztime $(FUZZTIME) .) || exit 1; \
	  done; done

bench: ## every benchmark; peers in the same run
	@for m in . bench; do (cd $$m && go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...) || exit 1; done

generate: ## golden files and the docs that are made from code
	go test ./internal/scaffold -run Modules -update
	go test . ./app ./cli ./cmd/whim ./dialect/mysql ./dialect/postgres ./dialect/sqlite ./internal/conformance ./internal/scaffold ./script ./shell -run 'Docs|Golden|Tutorial|Compile|Shop$$' -update
	cd gormmodel && go test . -update

verify: ## the modules are tidy (that generated files are current, make test says)
	@for m in $(MODULES) $(APART); do (cd $$m && GOWORK=off go mod tidy -diff) || exit 1; done

ci: check lint test verify ## what CI runs
