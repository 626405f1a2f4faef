# One environment in .venv, made from nothing but Python; every target sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test check lint types imports conformance bench generate clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(READY)            ## Design the blog, prove it on the engine that comes along, and say where to look.
	$(BIN)/groundplan design examples/blog.plan.yaml --target postgres --out demo-out

test: $(READY)            ## All tests, on a PostgreSQL of their own.
	$(BIN)/pytest -n auto

lint: $(READY)
	$(BIN)/ruff check src tests bench tools
	$(BIN)/ruff format --check src tests bench tools

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

check: lint types imports test   ## What CI runs.

conformance: $(READY)     ## The outside cases in full, where they are at hand.
	$(BIN)/pytest -n auto -m conformance

bench: $(READY)           ## Time the main job and write bench/RESULTS.md.
	$(BIN)/python bench/run.py

generate: $(READY)        ## Write what is generated from code: JSON Schemas, the language reference, command pages.
	$(BIN)/python tools/generate.py

clean:
	rm -rf $(VENV) demo-out
