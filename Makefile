# The words of the house. `make` alone prints them; each works on a fresh machine that has Python 3.11.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
READY := .venv/.ready
DRAWS := .venv/browser/.ready
FRONTS := .venv/front_ends/.ready
# Compiled modules are kept with the virtual environment: tests start many processes, and each would compile its own.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache
unexport PYTHONDONTWRITEBYTECODE
BENCH = $(BIN)/pytest benchmarks -o python_files='*.py' --timeout 1800 \
	--benchmark-timer time.process_time --benchmark-columns min,median,ops,rounds
ARGS ?=
NAME ?=
SEED ?= $(shell date +%s)
COUNT ?= 100000
QUERY ?= list

.DEFAULT_GOAL := words
.PHONY: words setup check test chaos fuzz bench bench-full profile docs demo browse new-plugin lock style types contracts drift

words:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## a virtual environment in .venv with everything, pinned by hash
	@echo "Ready. Next: make demo, or make check test."

$(READY): requirements/dev.txt pyproject.toml storefront_api/package-lock.json admin/package-lock.json admin/package.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vetrina needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m vetrina.house assets >/dev/null || true # says itself what failed; everything works without
	@touch $@

check: $(READY) ## style, types, import contracts and generated documents; types take a minute and more
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target style types contracts drift

style: $(READY)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

types: $(READY)
	$(BIN)/basedpyright --warnings --project pyproject.toml

contracts: $(READY)
	$(BIN)/lint-imports --no-logo

drift: $(READY)
	$(BIN)/python -m vetrina.house docs --check

test: $(READY) $(DRAWS) $(FRONTS) ## every test, on SQLite and on PostgreSQL; ARGS goes to pytest
	VETRINA_TEST_ENGINES=sqlite,postgresql $(BIN)/pytest -n 2 --dist worksteal -m 'not chaos and not fuzz' $(ARGS)

browse: $(READY) $(DRAWS) ## the tests of pages alone, drawn by a browser; part of make test
	$(BIN)/pytest tests/browser $(ARGS)

$(DRAWS): tests/browser/package-lock.json | $(READY)
	@$(BIN)/python -m tests.support.browser_setup && touch $@ || true # tests of pages say again what is missing

$(FRONTS): tests/front_ends/package.json tests/front_ends/package-lock.json | $(READY)
	@$(BIN)/python -m tests.support.front_ends && touch $@ || true # tests of front ends say again what is missing

chaos: $(READY) ## every way to die in the middle, and all that takes too long for make test, on both engines
	nice $(BIN)/pytest tests/chaos -n 2 --dist worksteal $(ARGS)
	nice $(BIN)/pytest tests -m chaos --ignore=tests/chaos -n 2 --dist worksteal $(ARGS)

fuzz: $(READY) ## 100,000 generated documents, plan against reference; SEED and COUNT say which and how many
	FUZZ_SEED=$(SEED) FUZZ_COUNT=$(COUNT) $(BIN)/pytest tests/differential -m fuzz -n 2 $(ARGS)

bench: $(READY) ## figures beside their budgets, in three minutes; ARGS="--engine sqlite --record" goes to pytest
	$(BENCH) -m 'not full' $(ARGS)

bench-full: $(READY) ## every figure: growth, writes and real servers too
	$(BENCH) $(ARGS)

profile: $(READY) ## where a query's time goes, as a flame graph: make profile QUERY=list, or a .graphql file
	$(BIN)/python -m benchmarks.profiling $(QUERY) $(ARGS)

docs: $(READY) ## write the documents that are made from the code
	$(BIN)/python -m vetrina.house docs

demo: $(READY) ## a shop to look at and to buy in; ARGS="--port 8765" goes to it
	$(BIN)/vetrina demo $(ARGS)

new-plugin: $(READY) ## begin a plugin: make new-plugin NAME=gift, ARGS=--small for two files
	@test -n "$(NAME)" || { echo "make new-plugin NAME=gift" >&2; exit 2; }
	$(BIN)/python -m vetrina.house new-plugin $(NAME) $(ARGS)
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)
	$(BIN)/python -m vetrina.house docs

lock: $(READY) ## pin again what requirements/*.in name
	$(LOCK) requirements/runtime.in -o requirements/runtime.txt
	$(LOCK) -c requirements/runtime.txt requirements/dev.in -o requirements/dev.txt
