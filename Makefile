# Python 3.11 or newer and make are all that a machine needs: Node.js comes from a Python package, the local chain and
# the contracts from npm packages, compilers from npm packages when they are first wanted.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CACHE := $(if $(DAOSCAN_CACHE),$(DAOSCAN_CACHE),$(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/daoscan)

# Looked at once, before anything is set up.
CACHES := $(shell test -d "$(CACHE)/solc-js" -a -f $(VENV)/.python -a -f node_modules/.unpacked && echo warm || echo cold)

.PHONY: help setup demo test lint bench fieldtest clean browser golden lock
.DEFAULT_GOAL := help

help:
	@echo "make demo    deploys DAOs on a local chain, scans them, writes out/index.html"
	@echo "make test    passes every test"
	@echo "make lint    checks style, types, layers and rules"
	@echo "make bench   measures speed and memory, writes out/bench.json"
	@echo "make fieldtest RPC_URL=...  scans DAOs that really exist and compares with what is stated of them"
	@echo "make golden  renews the kept reports that tests compare with"
	@echo "make setup   only sets up what the others need"
	@echo "make clean   removes what these wrote, apart from caches outside this folder"

setup: $(VENV)/.python node_modules/.installed node_modules/.unpacked

$(VENV)/.python: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than Python 3.11; run make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "error: $(PYTHON) cannot make virtual environments; install its venv package" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc tools/npm.py $(VENV)/.python
	$(BIN)/python -m tools.npm ci --ignore-scripts --no-progress --loglevel=error
	@ls node_modules/@foundry-rs/anvil-*/bin/anvil* >/dev/null 2>&1 || \
	  echo "warning: no local chain is locked for this kind of machine; make demo and make test need one" >&2
	@touch $@

# Packages whose dependencies are not wanted. After npm, which removes what it has not installed itself.
node_modules/.unpacked: node_modules/.installed fixtures/packages.json tools/packages.py
	$(BIN)/python -m tools.packages
	@touch $@

browser:
	@$(BIN)/python -m tools.browser

demo: setup
	$(BIN)/python -m fixtures.demo --out out

test: setup browser
	@echo "caches: $(CACHES)"; start=$$(date +%s); \
	$(BIN)/python -m tools.run_tests $(PYTEST_ARGS); code=$$?; \
	echo "caches: $(CACHES), took $$(( $$(date +%s) - start )) s"; exit $$code

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/daoscan rules lint
	$(BIN)/daoscan rules test

bench: setup
	$(BIN)/python -m tools.bench --out out

fieldtest: setup
	@RPC_URL="$(RPC_URL)" $(BIN)/python -m tools.fieldtest

golden: setup
	$(BIN)/python -m tools.golden

lock:
	$(PYTHON) -m tools.lock

clean:
	rm -rf out build dist $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
